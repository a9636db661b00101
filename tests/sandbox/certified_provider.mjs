// A provider of accounts on this machine: node certified_provider.mjs MODULE CLIENT_ID CLIENT_SECRET
// Says its address on one line, and ends with its standard input.
import http from "node:http";
import { pathToFileURL } from "node:url";

const [module, client_id, client_secret] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(module));

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id,
        client_secret,
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], email: ["email"] },
    conformIdTokenClaims: false, // Google and Microsoft put the address into the token
    features: { deviceFlow: { enabled: true } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@elsewhere.example` }),
    }),
  });
  provider.use(async (context, next) => {
    await next();
    // It names no interval, which then is 5 seconds; a test does not wait that long.
    if (context.body?.device_code) context.body.interval = 0.001;
  });
  server.on("request", provider.callback());
  console.log(issuer);
});

process.stdin.on("end", () => process.exit()).resume();
