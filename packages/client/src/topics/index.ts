export { InvalidMessageError, type Topic, type TypedMessage, defineTopic } from './define-topic.ts';
export type { ParamsOf } from './pattern.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';
