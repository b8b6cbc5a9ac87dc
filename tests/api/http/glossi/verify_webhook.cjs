// The receiver of Glossi's documentation, and a way to ask it. Prints, for each line of standard input (the body as sent,
// the header X-Glossi-Signature, the secret), whether the document's own code takes it, and whether the body is what
// JSON.stringify makes of it.
const crypto = require("crypto")

function verifyWebhook(payload, signature, secret) {
  const expected = crypto.createHmac("sha256", secret).update(JSON.stringify(payload)).digest("hex")

  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
}

for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
  const { body, signature, secret } = JSON.parse(line)
  const bytes = Buffer.from(body, "base64").toString("utf8")
  const payload = JSON.parse(bytes)
  console.log(JSON.stringify([verifyWebhook(payload, signature, secret), JSON.stringify(payload) === bytes]))
}
