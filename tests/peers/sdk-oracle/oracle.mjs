// Asks the vendors' own SDKs what request they would make for the same call, and compares. Reads on stdin
//   [{ "slug": …, "args": {…}, "request": { "method", "url", "body" } }]
// and writes on stdout, in the same order, [{ "slug", "agrees", "ours", "theirs" }].
import { createServer } from 'node:http';
import { gmail } from '@googleapis/gmail';
import { LinearClient } from '@linear/sdk';
import { Octokit } from '@octokit/rest';
import { WebClient } from '@slack/web-api';

const captured = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  captured.push({ method: request.method, url: request.url, type: request.headers['content-type'] ?? '', body: Buffer.concat(chunks).toString() });
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"data":{}}');
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const base = `http://127.0.0.1:${server.address().port}`;

const github = new Octokit({ auth: 'x', baseUrl: base, retry: { enabled: false } });
const slack = new WebClient('x', { slackApiUrl: `${base}/api/`, retryConfig: { retries: 0 }, logLevel: 'error' });
const mail = gmail({ version: 'v1', rootUrl: `${base}/`, headers: { authorization: 'Bearer x' } }).users;
const linear = new LinearClient({ accessToken: 'x', apiUrl: `${base}/graphql` });

const blocks = a => a.blocks ?? (a.markdown_text && [{ type: 'markdown', text: a.markdown_text }]);
const post = a => ({ ...a, text: a.text ?? a.markdown_text, markdown_text: undefined, blocks: blocks(a) });
const issue = a => ({
  teamId: a.team_id, title: a.title, description: a.description, priority: a.priority, assigneeId: a.assignee_id,
  stateId: a.state_id, labelIds: a.label_ids,
});

// From our arguments to the SDK's call. What the SDK calls its methods is its own affair; what it sends is the vendor's.
const calls = {
  GITHUB_GET_THE_AUTHENTICATED_USER: () => github.users.getAuthenticated(),
  GITHUB_GET_A_REPOSITORY: a => github.repos.get(a),
  GITHUB_LIST_REPOSITORIES_FOR_THE_AUTHENTICATED_USER: a => github.repos.listForAuthenticatedUser(a),
  GITHUB_LIST_REPOSITORY_ISSUES: a => github.issues.listForRepo(a),
  GITHUB_CREATE_AN_ISSUE: a => github.issues.create(a),
  GITHUB_UPDATE_AN_ISSUE: a => github.issues.update(a),
  GITHUB_CREATE_AN_ISSUE_COMMENT: a => github.issues.createComment(a),
  GITHUB_SEARCH_ISSUES_AND_PULL_REQUESTS: a => github.search.issuesAndPullRequests(a),
  GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER: a => github.activity.starRepoForAuthenticatedUser(a),
  GITHUB_GET_REPOSITORY_CONTENT: a => github.repos.getContent(a),
  SLACK_SEND_MESSAGE: a => slack.chat.postMessage(post(a)),
  SLACK_UPDATES_A_SLACK_MESSAGE: a => slack.chat.update(post(a)),
  SLACK_LIST_ALL_CHANNELS: a => slack.conversations.list(a),
  SLACK_FETCH_CONVERSATION_HISTORY: a => slack.conversations.history(a),
  SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION: a => slack.conversations.replies(a),
  SLACK_LIST_ALL_USERS: a => slack.users.list(a),
  SLACK_FIND_USER_BY_EMAIL_ADDRESS: a => slack.users.lookupByEmail(a),
  SLACK_SEARCH_MESSAGES: a => slack.search.messages(a),
  SLACK_OPEN_DM: a => slack.conversations.open({ users: a.users.join(',') }),
  SLACK_ADD_REACTION_TO_AN_ITEM: a => slack.reactions.add(a),
  GMAIL_SEND_EMAIL: (a, body) => mail.messages.send({ userId: a.user_id, requestBody: body }),
  GMAIL_FETCH_EMAILS: a => mail.messages.list({ userId: a.user_id, q: a.query, labelIds: a.label_ids, maxResults: a.max_results, pageToken: a.page_token }),
  GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID: a => mail.messages.get({ userId: a.user_id, id: a.message_id, format: a.format }),
  GMAIL_FETCH_MESSAGE_BY_THREAD_ID: a => mail.threads.get({ userId: a.user_id, id: a.thread_id, format: 'full' }),
  GMAIL_LIST_LABELS: a => mail.labels.list({ userId: a.user_id }),
  GMAIL_GET_PROFILE: a => mail.getProfile({ userId: a.user_id }),
  GMAIL_CREATE_EMAIL_DRAFT: (a, body) => mail.drafts.create({ userId: a.user_id, requestBody: body }),
  GMAIL_SEND_DRAFT: a => mail.drafts.send({ userId: a.user_id, requestBody: { id: a.draft_id } }),
  GMAIL_ADD_LABEL_TO_EMAIL: a => mail.messages.modify({ userId: a.user_id, id: a.message_id, requestBody: { addLabelIds: a.add_label_ids, removeLabelIds: a.remove_label_ids } }),
  GMAIL_MOVE_TO_TRASH: a => mail.messages.trash({ userId: a.user_id, id: a.message_id }),
  LINEAR_CREATE_LINEAR_ISSUE: a => linear.createIssue(issue(a)),
  LINEAR_UPDATE_ISSUE: a => linear.updateIssue(a.issue_id, issue(a)),
  LINEAR_LIST_LINEAR_ISSUES: a => linear.issues({ first: a.first, after: a.after, filter: a.assignee_id && { assignee: { id: { eq: a.assignee_id } } } }),
  LINEAR_GET_LINEAR_ISSUE: a => linear.issue(a.issue_id),
  LINEAR_SEARCH_ISSUES: a => linear.searchIssues(a.query, { first: a.first }),
  LINEAR_CREATE_LINEAR_COMMENT: a => linear.createComment({ issueId: a.issue_id, body: a.body }),
  LINEAR_LIST_LINEAR_TEAMS: a => linear.teams({ first: a.first }),
  LINEAR_LIST_LINEAR_USERS: a => linear.users({ first: a.first, after: a.after }),
};

const answers = [];
for (const { slug, args, request } of JSON.parse(await text(process.stdin))) {
  captured.length = 0;
  const ours = canonical({ ...request, url: request.url.replace(/^https?:\/\/[^/]+/, '') });
  // The answer is not what the SDK hopes for; only what it sent counts.
  await Promise.resolve(calls[slug]?.(args, ours.body)).catch(() => {});
  const theirs = captured.length ? canonical(captured[0]) : null;
  answers.push({ slug, agrees: JSON.stringify(ours) === JSON.stringify(theirs), ours, theirs });
}
console.log(JSON.stringify(answers));
server.close();
server.closeAllConnections();

function canonical({ method, url, body }) {
  const [path, query = ''] = url.split('?');
  return {
    method,
    // Encoding a slash or not is the same path to these vendors.
    path: decodeURIComponent(path),
    query: [...new URLSearchParams(query)].sort(),
    body: sorted(parse(body)),
  };
}

/** Slack takes a form and JSON alike; of GraphQL the fields asked for are a matter of taste, the root and its variables are not. */
function parse(body) {
  if (!body) return null;
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    value = Object.fromEntries([...new URLSearchParams(body)].map(([name, text]) => [name, /^[[{]/.test(text) ? JSON.parse(text) : text]));
  }
  if (value.query) return { root: /\{\s*(?:\.\.\.)?(\w+)/.exec(value.query)?.[1], variables: value.variables ?? {} };
  return value;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([, member]) => member !== undefined && !(typeof member === 'object' && member && !Array.isArray(member) && !Object.keys(member).length))
    .sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}

async function text(stream) {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}
