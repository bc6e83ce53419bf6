import * as awsIot from '@mqtide/aws-iot';
import * as mqtideAws from '@mqtide/client/aws';

Object.assign(globalThis, { awsIot, mqtideAws });
