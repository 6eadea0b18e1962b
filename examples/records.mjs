#!/usr/bin/node
// SPDX-License-Identifier: ISC
//
// A records system's dealings with detainerd, from a detainer's arrival to the person's release.
//
//     records.mjs BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE
//
// Lodges a detainer, starts its clock, follows what happens until the person must go, and records the
// release. Node 18 without packages. It may be killed anywhere and run again with the same arguments: it
// goes on from there, and nothing is recorded twice.

import { open, readFile, rename } from 'node:fs/promises';
import http from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const SOCKET = process.env.DETAINERD_SOCKET ?? '/run/detainerd/detainerd.sock';
const TIMEOUT_MS = 40_000; // of one try; longer than the longest wait that is asked for
const TRIES = 8; // which take about ten seconds where the daemon is away
const WAIT_S = 30;

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** One try: resolves to status, headers and text, whatever the status. */
function exchange(method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: SOCKET, agent, method, path, headers: { Host: 'detainerd', ...headers },
        signal: AbortSignal.timeout(TIMEOUT_MS) },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers,
                                           text: Buffer.concat(chunks).toString() }));
      });
    request.on('error', reject);
    request.end(body);
  });
}

/** Repeats a call until it is answered: a key makes that harmless. Resolves to JSON and ETag. */
async function call(method, path, body, headers) {
  let trouble;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt)
      await sleep(Math.min(5000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2));
    let response;
    try {
      response = await exchange(method, path, body, headers);
    } catch (error) {
      trouble = error.message;
      continue;
    }
    if (response.status === 429 || response.status === 503) {
      trouble = `status ${response.status}`;
      continue;
    }
    const answer = JSON.parse(response.text);
    // The daemon has understood, and will say the same the next time: for a person to look at.
    if (response.status >= 400)
      throw new Error(`${answer.detail} (${response.status} ${answer.kind})`);
    return [answer, response.headers.etag];
  }
  throw new Error(`no answer from ${SOCKET} in ${TRIES} tries: ${trouble}`);
}

const get = (path) => call('GET', path, undefined, {});

function post(path, body, key, etag) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  if (etag)
    headers['If-Match'] = etag;
  return call('POST', path, JSON.stringify(body), headers);
}

/** How far the history has been dealt with. */
async function readCursor(path) {
  try {
    return Number.parseInt(await readFile(path, 'ascii'), 10);
  } catch (error) {
    if (error.code !== 'ENOENT')
      throw error;
    return 0;
  }
}

/** After what came before has been dealt with, never sooner. */
async function writeCursor(path, seq) {
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(`${seq}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** Waits for events and deals with them. Resolves to whether one was of this hold. */
async function follow(hold, cursorFile) {
  const after = await readCursor(cursorFile);
  const [{ events }] = await get(`/v1/events?after=${after}&wait=${WAIT_S}`);
  const ours = events.filter((event) => event.hold === hold);
  for (const event of ours)
    console.log(`event ${event.seq} ${event.kind}`);
  if (events.length)
    await writeCursor(cursorFile, events.at(-1).seq);
  return ours.length > 0;
}

async function main(booking, facility, eligibleAt, cursorFile) {
  let [hold, etag] = await post('/v1/holds', { booking, facility }, `${booking}-request`);
  const path = `/v1/holds/${hold.id}`;
  console.log(`hold ${hold.id} is ${hold.state}`);

  await post(`${path}/start`, { eligible_at: eligibleAt, reason: 'bond_posted' }, `${booking}-start`, etag);
  [hold, etag] = await get(path);
  console.log(`hold ${hold.id} is ${hold.state}, deadline ${hold.deadline_at}`);

  while (hold.state === 'held')
    if (await follow(hold.id, cursorFile))
      [hold, etag] = await get(path);

  // Nobody may hold the person any longer. They have left a moment ago, so that no time is sent.
  if (hold.state === 'expired')
    [hold] = await post(`${path}/release`, { reason: 'authority ended' }, `${booking}-release`, etag);
  console.log(`hold ${hold.id} is ${hold.state}`);
}

const [, , ...parameters] = process.argv;
if (parameters.length !== 4) {
  console.error('usage: records.mjs BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE');
  process.exitCode = 2;
} else {
  try {
    await main(...parameters);
  } catch (error) {
    console.error(`records.mjs: ${error.message}`);
    process.exitCode = 1;
  }
  agent.destroy();
}
