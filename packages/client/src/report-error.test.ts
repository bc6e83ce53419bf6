import { afterEach, describe, expect, it, vi } from 'vitest';
import { reporter } from './report-error.ts';

const failure = new Error('in a listener');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('reporter', () => {
  it('tells the application, and nobody else', () => {
    const platform = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', platform);
    const told = vi.fn<(error: unknown) => void>();
    reporter(told)(failure);
    expect(told.mock.calls).toEqual([[failure]]);
    expect(platform).not.toHaveBeenCalled();
  });

  it('tells the platform, as if nobody had caught it, when the application does not listen', () => {
    const platform = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', platform);
    reporter(undefined)(failure);
    expect(platform.mock.calls).toEqual([[failure]]);
  });

  it('tells the platform what the application throws while it is told', () => {
    const platform = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', platform);
    const another = new Error('in onUnhandledError');
    reporter(() => {
      throw another;
    })(failure);
    expect(platform.mock.calls).toEqual([[another]]);
  });

  it('writes to the console where the platform has no `reportError`', () => {
    vi.stubGlobal('reportError', undefined);
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    reporter(undefined)(failure);
    expect(written.mock.calls).toEqual([[failure]]);
  });
});
