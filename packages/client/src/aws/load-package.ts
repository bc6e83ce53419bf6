import { AwsError } from './errors.ts';

/** Loads optional peer dependencies. Rejects with `PACKAGE_MISSING`, which names the command that installs them. */
export async function loadPackage<Module>(names: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new AwsError('PACKAGE_MISSING', `Could not load ${names}.`, { hint: `npm install ${names}`, cause });
  }
}
