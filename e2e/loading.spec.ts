import { expect, test } from './fixtures/index.ts';

const WAYS = [
  { harness: '/', name: 'an ES module through Vite' },
  { harness: '/module.html', name: 'an ES module, <script type="module">' },
  { harness: '/global.html', name: 'a global, plain <script>' },
] as const;

for (const { harness, name } of WAYS) {
  test.describe(`loaded as ${name}`, () => {
    test.use({ harness });

    test('connects and passes a message, under a strict policy that it never violates', async ({
      page,
      pageErrors,
      broker,
      topic,
    }) => {
      const response = await page.request.get(harness);
      const policy = response.headers()['content-security-policy'];
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("require-trusted-types-for 'script'");

      const seen = await page.evaluate(
        async ({ url, topic }) => {
          const violations: string[] = [];
          document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
            violations.push(`${violatedDirective} ${blockedURI}`),
          );
          const client = mqtide.createClient({ url });
          const { protocolVersion } = await client.start();
          const messages = await client.subscribe(topic, { qos: 2 });
          await client.publish(topic, { n: 1 }, { qos: 2 });
          const { value: message } = await messages[Symbol.asyncIterator]().next();
          await client.stop();
          const during = violations.splice(0);

          // The policy is in force: what it forbids is reported, on the console too.
          const reported = new Promise((resolve) =>
            document.addEventListener('securitypolicyviolation', resolve, { once: true }),
          );
          const script = document.createElement('script');
          try {
            script.src = 'https://elsewhere.example/x.js';
            document.head.append(script);
          } catch {
            // Trusted Types forbid it even earlier.
          }
          await reported;
          return { protocolVersion, json: message.json(), during };
        },
        { url: broker.url, topic },
      );
      expect(seen).toEqual({ protocolVersion: 5, json: { n: 1 }, during: [] });
      pageErrors.splice(0);
    });
  });
}
