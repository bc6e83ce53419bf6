import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';

/** The page as `npm start` serves it: with a file that tells of the servers beside it. */
async function openWith(page: Page, local: object): Promise<void> {
  await page.route('**/dashboard/local.json', (route) => route.fulfill({ json: local }));
  await page.goto('/dashboard/');
}

for (const label of ['AWS: signed URL', 'AWS: Cognito guest', 'AWS: custom authorizer']) {
  test(`${label}: connects to the emulator without anything to type`, async ({ page, cloud, topic }) => {
    const { account, host } = cloud;
    await openWith(page, { aws: { ...account, endpoint: host, region: 'us-east-1' } });
    await page.getByLabel('Server').selectOption(label);
    await expect(page.getByLabel('Broker address')).toBeHidden();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('#status')).toHaveText('Connected');
    await expect(page.getByText(`${label}, emulated`)).toBeVisible();

    await page.getByLabel('Topic filter').fill(topic);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await expect(page.getByText('QoS 1 granted', { exact: true })).toBeVisible();
    await page.getByLabel('Topic', { exact: true }).fill(topic);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await expect(page.getByRole('list', { name: 'Messages, newest first' })).toContainText('"hello"');
  });
}

test('what Cognito refuses is said, and is an attempt like any other', async ({ page, cloud, pageErrors }) => {
  const { account, host } = cloud;
  const identityPoolId = 'us-east-1:ffffffff-0000-4000-8000-000000000000';
  await openWith(page, { aws: { ...account, identityPoolId, endpoint: host, region: 'us-east-1' } });
  await page.getByLabel('Server').selectOption('AWS: Cognito guest');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.locator('#status')).toContainText('Attempt 1 failed');
  const problem = page.locator('#connection-problem');
  await expect(problem).toContainText('Cognito gave no credentials: ResourceNotFoundException.');
  await expect(problem).toContainText('identityPoolId has to be the id of a pool');
  await page.getByRole('button', { name: 'Stop trying' }).click();
  for (const { message } of pageErrors.splice(0)) expect(message).toContain('status of 400');
});

test('a guest whose identity is gone, as after a restart of the emulator, is another guest', async ({
  page,
  cloud,
  pageErrors,
}) => {
  const { account, host } = cloud;
  const connect = async (): Promise<void> => {
    await openWith(page, { aws: { ...account, endpoint: host, region: 'us-east-1' } });
    await page.getByLabel('Server').selectOption('AWS: Cognito guest');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('#status')).toHaveText('Connected');
  };
  const found = page.waitForResponse(
    (response) => response.request().headers()['x-amz-target']?.endsWith('.GetId') === true,
  );
  await connect();
  const { IdentityId } = (await (await found).json()) as { readonly IdentityId: string };
  cloud.emulator.identities.deleteIdentity(IdentityId);
  await connect();
  await expect(page.locator('#connection-problem')).toBeHidden();
  for (const { message } of pageErrors.splice(0)) expect(message).toContain('status of 400');
});

test('without mosquitto the AWS presets are there, cannot be chosen, and say why', async ({ page }) => {
  await openWith(page, { awsProblem: 'The presets for AWS need mosquitto, which is not on this machine.' });
  const server = page.getByLabel('Server');
  await expect(server).toHaveAccessibleDescription(/need mosquitto/);
  await expect(server.locator('optgroup')).toHaveJSProperty('disabled', true);
  await expect(page.getByLabel('Broker address')).toBeVisible();
});

test('a page on a server of its own offers no presets', async ({ page }) => {
  await page.goto('/dashboard/');
  await expect(page.getByLabel('Broker address')).toBeVisible();
  await expect(page.getByLabel('Server')).toBeHidden();
});
