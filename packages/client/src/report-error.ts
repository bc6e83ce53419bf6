/** Where errors of the application's own callbacks go: to it, or to the platform as if nobody had caught them. */
export function reporter(onUnhandledError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  return (error) => {
    if (onUnhandledError === undefined) {
      reportToPlatform(error);
      return;
    }
    try {
      onUnhandledError(error);
    } catch (another) {
      reportToPlatform(another);
    }
  };
}

function reportToPlatform(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else console.error(error);
}
