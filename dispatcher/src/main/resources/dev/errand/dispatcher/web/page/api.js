const ROOT = 'api/v1/';

/** What the dispatcher has refused, or that it did not answer (status 0). */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function said(problem, status) {
  const fields = (problem.errors ?? []).map(each => `${each.field} ${each.problem}`);
  return [problem.detail ?? problem.title ?? `answered ${status}`, ...fields].join('; ');
}

/** The text of an answer; throws Refused. */
export async function text(method, path, body) {
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : {'Content-Type': 'application/json'},
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
    });
  } catch {
    throw new Refused(0, 'the dispatcher does not answer');
  }
  const answered = await answer.text();
  if (answer.ok) {
    return answered;
  }
  let problem = {};
  try {
    problem = JSON.parse(answered);
  } catch {
    // Something in between has answered.
  }
  throw new Refused(answer.status, said(problem, answer.status));
}

async function json(method, path, body) {
  const answered = await text(method, path, body);
  return answered === '' ? null : JSON.parse(answered);
}

export const get = path => json('GET', path);
export const post = (path, body) => json('POST', path, body);
export const put = (path, body) => json('PUT', path, body);
export const remove = path => json('DELETE', path);
