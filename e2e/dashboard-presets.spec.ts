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
