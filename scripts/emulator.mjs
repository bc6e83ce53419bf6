// `pnpm emulator`: a local AWS IoT Core and Cognito Identity, in front of a mosquitto of its own.
import { findMosquitto } from './broker/mosquitto.mjs';
import { startEmulator } from './lib/emulator.mjs';
import { preferredPort } from './lib/ports.mjs';
import { onShutdown } from './lib/processes.mjs';

const PORT = 8883;

if (findMosquitto() === undefined) {
  console.error('The emulator needs mosquitto: install it (apt-get install mosquitto, brew install mosquitto).');
  process.exit(1);
}
const { emulator, account, ended, dispose } = await startEmulator({ port: await preferredPort(PORT) });
let isStopping = false;
onShutdown(async () => {
  isStopping = true;
  await dispose();
  process.exit(0);
});

console.log(`
  AWS IoT Core stands in at ${emulator.endpoint}, region ${emulator.cloud.region}.

      MQTT      ws://${emulator.endpoint}/mqtt
      Cognito   ${emulator.httpUrl}/
      Admin     ${emulator.httpUrl}/admin/

  Access key ${account.accessKeyId}, secret ${account.secretAccessKey};
  identity pool ${account.identityPoolId}; authorizer ${account.authorizerName}: ${account.username}, ${account.password}.

  Ctrl-C stops everything.
`);
await ended;
if (!isStopping) {
  console.error('The broker has ended.');
  await dispose();
  process.exit(1);
}
