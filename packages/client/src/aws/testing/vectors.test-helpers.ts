/* Golden vectors of the presigned URL, each computed by several independent implementations. The keys are the EXAMPLE keys of AWS's documentation. */

export const EXAMPLE_CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export const EXAMPLE_TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

/** A request, the URL it has to become, and the signatures of known mistakes. */
export interface Vector {
  readonly id: string;
  readonly what: string;
  readonly endpoint: string;
  readonly region: string;
  readonly date: string;
  readonly expiresSeconds: number | false;
  readonly token: boolean;
  readonly signature: string;
  readonly query: string;
  readonly wrong?: Readonly<Record<string, string>>;
}

export const VECTORS: readonly Vector[] = [
  {
    id: 'V1',
    what: 'ATS endpoint, no token',
    endpoint: 'wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt',
    region: 'us-east-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: 86400,
    token: false,
    signature: '17517dd2f9084730e6d2e5bb7c1958ad4a250198bc3c32bd157c5ac69f7779fd',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=17517dd2f9084730e6d2e5bb7c1958ad4a250198bc3c32bd157c5ac69f7779fd',
  },
  {
    id: 'V2',
    what: 'ATS endpoint, session token',
    endpoint: 'wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt',
    region: 'us-east-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: 86400,
    token: true,
    signature: '17517dd2f9084730e6d2e5bb7c1958ad4a250198bc3c32bd157c5ac69f7779fd',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=17517dd2f9084730e6d2e5bb7c1958ad4a250198bc3c32bd157c5ac69f7779fd',
    wrong: { 'token signed': '61924bc923fd35dfe079af3cfec6c9f22c4a57a0efc033314a25e01b1ef51d3f' },
  },
  {
    id: 'V3',
    what: 'non-default port and path, session token',
    endpoint: 'wss://localhost:8443/custom/mqtt',
    region: 'eu-west-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: 300,
    token: true,
    signature: '55e433a661c347b042570714c2a4a9520199972431715473474fe6b77a7b18d2',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Feu-west-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature=55e433a661c347b042570714c2a4a9520199972431715473474fe6b77a7b18d2',
    wrong: {
      'token signed': '07891df07783de03fefd48cc5398947881f35dd9d583e5d287518298889c2d1e',
      'host without port': 'fbd829c775cce4cee1d0a05498331a0a44dc5e285aabb06e396b8590c0c7f55b',
    },
  },
  {
    id: 'V4',
    what: 'aws-crt form: no X-Amz-Expires, no token',
    endpoint: 'wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt',
    region: 'us-east-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: false,
    token: false,
    signature: 'f73edade3a234cd4aaeb49092d605fb75deb31a046a9036ff614c9dc9691c77b',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-SignedHeaders=host&X-Amz-Signature=f73edade3a234cd4aaeb49092d605fb75deb31a046a9036ff614c9dc9691c77b',
  },
  {
    id: 'V5',
    what: 'aws-crt form: no X-Amz-Expires, token',
    endpoint: 'wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt',
    region: 'us-east-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: false,
    token: true,
    signature: 'f73edade3a234cd4aaeb49092d605fb75deb31a046a9036ff614c9dc9691c77b',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-SignedHeaders=host&X-Amz-Signature=f73edade3a234cd4aaeb49092d605fb75deb31a046a9036ff614c9dc9691c77b',
    wrong: { 'token signed': 'c2491e5f6fc49614469e2d7f21cc0377bcd42b042faf2528e9efc5bd3c969bca' },
  },
  {
    id: 'V6',
    what: 'China (Beijing)',
    endpoint: 'wss://a1b2c3d4e5f6g7.ats.iot.cn-north-1.amazonaws.com.cn/mqtt',
    region: 'cn-north-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: 86400,
    token: false,
    signature: '8e8084a64eeee8beb153d732c6309ed62fc872489b8e32b1406664b661657362',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fcn-north-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=8e8084a64eeee8beb153d732c6309ed62fc872489b8e32b1406664b661657362',
  },
  {
    id: 'V7',
    what: 'custom domain, explicit GovCloud region',
    endpoint: 'wss://iot.example.com/mqtt',
    region: 'us-gov-west-1',
    date: '2026-01-15T12:34:56.789Z',
    expiresSeconds: 900,
    token: false,
    signature: 'a418544edb42c548b385d09f96555097684cb3b0da3d4c53472c2887f4420547',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-gov-west-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=a418544edb42c548b385d09f96555097684cb3b0da3d4c53472c2887f4420547',
  },
  {
    id: 'V8',
    what: 'local emulator over ws, date edge',
    endpoint: 'ws://localhost:9001/mqtt',
    region: 'us-east-1',
    date: '2025-12-31T23:59:59.000Z',
    expiresSeconds: 60,
    token: false,
    signature: 'b5a17c2ec8f8be8ba305e7a30b7384000aedb7bac8281185ca68706620630ff5',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20251231%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20251231T235959Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=b5a17c2ec8f8be8ba305e7a30b7384000aedb7bac8281185ca68706620630ff5',
    wrong: { 'host without port': '9b8a001bd6e284eb5f91d9e98124a99df50442bf5bb8a351e4a94b853eac812d' },
  },
  {
    id: 'V9',
    what: 'VPC endpoint name',
    endpoint: 'wss://vpce-0123456789abcdef0-abcdefgh.data.iot.us-east-1.vpce.amazonaws.com/mqtt',
    region: 'us-east-1',
    date: '2026-01-15T12:34:56Z',
    expiresSeconds: 900,
    token: false,
    signature: '9b7059857e6d5abe9993252ecfdba898b9d8e0210ae5e8245ee563327b4f13d2',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=9b7059857e6d5abe9993252ecfdba898b9d8e0210ae5e8245ee563327b4f13d2',
  },
  {
    id: 'V10',
    what: 'FIPS GovCloud',
    endpoint: 'wss://data.iot-fips.us-gov-west-1.amazonaws.com/mqtt',
    region: 'us-gov-west-1',
    date: '2026-01-15T12:34:56Z',
    expiresSeconds: 900,
    token: false,
    signature: 'fecb2d636610d6a1612fcc0fb03358f33e5d77f5fe8699e22c87ec353da8961d',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260115%2Fus-gov-west-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260115T123456Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=fecb2d636610d6a1612fcc0fb03358f33e5d77f5fe8699e22c87ec353da8961d',
  },
];
