// The hooks of Dredd: access, the requests that must be refused, and the restore at the end.
const hooks = require('hooks');

const { TOKEN, FOREIGN, BASE_URL, SCHEMA } = process.env;
const bearer = { Authorization: `Bearer ${TOKEN}` };
const refused = {
  400: (request) => { request.body = '[]'; },
  401: (request) => { delete request.headers.Authorization; },
  403: (request, transaction) => { transaction.fullPath = transaction.fullPath.replace('/54/', `/${FOREIGN}/`); },
  404: (request, transaction) => { transaction.fullPath = transaction.fullPath.replace('/54/', '/999999999/'); },
  405: (request) => { request.method = 'POST'; },
  415: (request) => { request.headers['Content-Type'] = 'text/plain'; },
};
let resource;
let original;

hooks.beforeAll(async (transactions, done) => {
  resource = BASE_URL + new URL(transactions[0].fullPath, BASE_URL).pathname.replace(new URL(BASE_URL).pathname, '');
  original = await (await fetch(resource, { headers: bearer })).text();
  done();
});

hooks.beforeEach((transaction, done) => {
  const { request, expected } = transaction;
  const status = Number(expected.statusCode);
  Object.assign(request.headers, bearer);
  // A GET has no body that could be malformed. Nobody waits for a limit on requests or on sizes.
  transaction.skip = [413, 429].includes(status) || (status === 400 && request.method === 'GET');
  if (refused[status]) refused[status](request, transaction);
  // The headers that the contract declares are optional.
  for (const name of Object.keys(expected.headers)) if (name !== 'Content-Type') delete expected.headers[name];
  // What an error holds, the contract only infers.
  if (status >= 400) delete expected.body;
  // Dredd compares with the example, unless there is a schema; it finds none in this document.
  else expected.bodySchema = SCHEMA;
  done();
});

hooks.afterAll(async (transactions, done) => {
  await fetch(resource, { method: 'PUT', headers: { ...bearer, 'Content-Type': 'application/json' }, body: original });
  done();
});
