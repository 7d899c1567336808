// SPDX-License-Identifier: Apache-2.0
// The squared error and its gradient in plain Node: node node.js PORT
"use strict";
const { createServer } = require("node:http");

function evaluate(text) {
  const { predictions, targets } = JSON.parse(text);
  const count = predictions.length;
  if (!count || count !== targets.length) throw new RangeError("lengths differ or are 0");
  const gradient = new Float64Array(count);
  const scale = 2 / count;
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const error = predictions[index] - targets[index];
    sum += error * error;
    gradient[index] = scale * error;
  }
  return `{"loss":${sum / count},"gradient":[${gradient.join()}]}`;
}

function send(response, status, text) {
  // The text is ASCII, so its length is the number of bytes.
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": text.length });
  response.end(text, "latin1");
}

createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    if (request.method !== "POST" || request.url !== "/mse") return send(response, 404, "{}");
    const body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    try {
      send(response, 200, evaluate(body.latin1Slice()));
    } catch {
      send(response, 400, "{}");
    }
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
