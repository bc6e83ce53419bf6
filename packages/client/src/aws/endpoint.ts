import { AwsError, invalid } from './errors.ts';

/** The domains of AWS, those of its separate partitions included. Nothing else tells a region. */
const SUFFIXES = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'api.aws',
  'api.amazonwebservices.com.cn',
  'amazonaws.eu',
  'api.amazonwebservices.eu',
  'c2s.ic.gov',
  'api.aws.ic.gov',
  'sc2s.sgov.gov',
  'api.aws.scloud',
  'cloud.adc-e.uk',
  'api.cloud-aws.adc-e.uk',
  'csp.hci.ic.gov',
  'api.aws.hci.ic.gov',
];

/**
 * The address of an endpoint: a host as `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it, or a whole
 * URL for an emulator. The path is `/mqtt` unless the URL has another one.
 */
export function endpointUrl(endpoint: string | URL): URL {
  // What is not there at all, because a variable of the environment is not, would be a host called `undefined`.
  const text = String(endpoint ?? '').trim();
  let url: URL;
  try {
    // `http:` and `https:` are what tools print for what a page opens as `ws:` and `wss:`.
    url = new URL(/^[a-z]+:\/\//i.test(text) ? text.replace(/^http/i, 'ws') : `wss://${text}`);
  } catch {
    // The platform's error quotes what was passed, and that may be a signed URL.
    throw invalid('`endpoint` is neither a host nor a URL. One looks like abc-ats.iot.eu-west-1.amazonaws.com.');
  }
  if (!/^wss?:$/.test(url.protocol) || url.host === '' || url.search + url.hash + url.username + url.password !== '')
    throw invalid('`endpoint` is a host, or a ws: or wss: URL without a query.');
  if (/^\/(mqtt\/)?$/.test(url.pathname)) url.pathname = '/mqtt';
  return url;
}

/** The region in the name of an endpoint: `iot` or `iot-fips`, then the region, then a domain of AWS. */
export function inferRegion(hostname: string): string | undefined {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (!SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`))) return undefined;
  return /(?:^|\.)iot(?:-fips)?\.([a-z]{2,5}(?:-[a-z]+){1,2}-\d{1,2})\./.exec(name)?.[1];
}

/** Throws `REGION_UNKNOWN` when there is none to be found. */
export function regionOf({ hostname }: URL, region: string | undefined): string {
  const found = region ?? inferRegion(hostname);
  if (found === undefined || found === '')
    throw new AwsError('REGION_UNKNOWN', `The endpoint ${hostname} does not tell its region.`, {
      hint: "Pass it: `region: 'eu-west-1'`.",
    });
  return found;
}
