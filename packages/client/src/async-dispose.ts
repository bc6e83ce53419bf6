/**
 * WebKit lacks `Symbol.asyncDispose`: there a class has its method under the name "undefined". Those who polyfill the symbol
 * find the method with this.
 */
export function makeDisposable(object: AsyncDisposable): void {
  if (Symbol.asyncDispose === undefined)
    Object.defineProperty(object, Symbol.for('Symbol.asyncDispose'), { value: object[Symbol.asyncDispose] });
}
