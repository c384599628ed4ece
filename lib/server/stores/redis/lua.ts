/**
 * The steps of the store as scripts. Each one does what the step of its name in
 * `lib/session/store` does, in one go, on keys of one slot.
 *
 * A record is a hash. Its fields: `p` principal, `m` meta, `s` state, `n` node,
 * `f` fence, `w` how many accepted messages it forgot (the client may not
 * know), `G` generation of the lease unless it is the last one of the lineage,
 * `k` counter, `e` attempt, `i` accepted, `c` claimed, `u` uncertain, `o` the
 * last number, `a` the last number that is not kept, `O` and `A` the bytes up
 * to them, `g` lineage, `t` when it is over, `x` the ticket of its end, `b` the
 * largest message that the client takes, unless an older version opened it.
 *
 * A log is a stream whose ids are the numbers. An entry has `n`, the bytes up to
 * it, and `t` or `b`, its text or binary data. An empty log has no key.
 *
 * @module
 */

/** What a script is made for. */
export interface ScriptContext {
  /**
   * Part of each script's text, and so of its hash: a server that has restarted,
   * and has forgotten its scripts, knows none of an older generation.
   */
  readonly generation: string;
  /** The name of a node's channel is this and the name of the node. */
  readonly channels: string;
}

/** The names of the scripts. */
export type ScriptName = keyof typeof BODIES;

/** How many generations a record remembers; the limit of `lib/session`. */
const MAX_LINEAGE = 8;
/** Larger batches are read from the store, as far as the client grants. */
const MAX_INLINE_BYTES = 65_536;

/** KEYS: record, log, sessions by their end. ARGV: the instant or '', the session. */
const PRELUDE = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Lua writes large numbers with an exponent; arguments of commands are whole.
local function whole(number) return string.format('%.0f', number) end
local function newest(lineage) return string.match(lineage, '([^:,]+):%d+$') end
local function load()
  local v = redis.call('HMGET', KEYS[1], 'p', 'm', 's', 'n', 'G', 'g', 'f', 'k',
    'e', 'i', 'c', 'u', 'w', 'a', 'o', 'A', 'O', 't', 'b')
  if not v[1] then return nil end
  return {p = v[1], m = v[2], s = v[3], n = v[4], G = v[5] or newest(v[6]),
    g = v[6], f = tonumber(v[7]), k = tonumber(v[8]), e = tonumber(v[9]),
    i = tonumber(v[10] or 0), c = tonumber(v[11] or 0),
    u = tonumber(v[12] or 0), w = tonumber(v[13] or 0),
    a = tonumber(v[14] or 0), o = tonumber(v[15] or 0),
    A = tonumber(v[16] or 0), O = tonumber(v[17] or 0), t = tonumber(v[18]),
    b = v[19] and tonumber(v[19])}
end
local function holds(r, fence, lease)
  return r.f == tonumber(fence) and r.G == lease and lease == generation
end
local function eras(r)
  local list = {}
  for name, first in string.gmatch(r.g, '([^:,]+):(%d+)') do
    list[#list + 1] = {name, tonumber(first)}
  end
  return list
end
local function continued(r)
  if newest(r.g) == generation then return r.g end
  local list = eras(r)
  list[#list + 1] = {generation, r.o + 1}
  local parts = {}
  for j = math.max(1, #list - ${MAX_LINEAGE - 1}), #list do
    parts[#parts + 1] = list[j][1] .. ':' .. whole(list[j][2])
  end
  return table.concat(parts, ',')
end
local function bytesUpTo(r, seq)
  if seq <= r.a then return r.A end
  if seq >= r.o then return r.O end
  local entry = redis.call('XRANGE', KEYS[2], whole(seq), whole(seq))[1]
  return tonumber(entry[2][2])
end
local function trim(r, seq)
  if seq <= r.a then return end
  r.A = bytesUpTo(r, seq)
  r.a = math.min(seq, r.o)
  if r.a == r.o then
    redis.call('DEL', KEYS[2])
  else
    redis.call('XTRIM', KEYS[2], 'MINID', '=', r.a + 1)
  end
end
local function keep(r, from)
  if #ARGV < from then return end
  r.g = continued(r)
  for j = from, #ARGV, 2 do
    r.o = r.o + 1
    r.O = r.O + #ARGV[j + 1]
    redis.call('XADD', KEYS[2], whole(r.o) .. '-0', 'n', r.O, ARGV[j],
      ARGV[j + 1])
  end
end
local function due(time) redis.call('ZADD', KEYS[3], time, ARGV[2]) end
local function publish(node, text) redis.call('PUBLISH', channels .. node, text) end
`;

const OPEN = `
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
local t = now + ARGV[7]
redis.call('HSET', KEYS[1], 'p', ARGV[3], 'm', ARGV[4], 's', 'live',
  'n', ARGV[5], 'f', 1, 'k', 1, 'e', ARGV[6], 'g', generation .. ':1',
  't', whole(t), 'b', ARGV[8])
due(t)
return generation
`;

/** ARGV 13 and on: what the client has, as generations and numbers. */
const ATTACH = `
local r = load()
if not r then return {'refused', 'unknown'} end
if r.p ~= ARGV[3] then return {'refused', 'principal'} end
local counter, attempt = tonumber(ARGV[4]), tonumber(ARGV[5])
if attempt <= r.e then return {'refused', 'stale'} end
if counter < r.k then return {'refused', 'superseded'} end
local ack, first, last = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local list, at = eras(r), nil
for j = 13, #ARGV, 2 do
  for n, era in ipairs(list) do
    if not at and era[1] == ARGV[j] then
      local following = list[n + 1]
      at = math.min(tonumber(ARGV[j + 1]), following and following[2] - 1 or r.o)
    end
  end
end
-- A message is claimed before it comes: what was never sent has not begun.
local begun = math.min(r.c, last)
local uncertain = math.max(r.u, begun > r.i and begun or 0,
  r.G == generation and 0 or last)
if r.s ~= 'live' then
  if not at then return {'refused', r.s} end
  local got = math.max(r.i, first - 1)
  return {'refused', r.s, got,
    math.max(got, begun, math.min(uncertain, last)), at, r.o}
end
if not at or last < r.i then return {'refused', 'diverged'} end
if ARGV[11] == 'ask' and r.n ~= '' and begun > r.i and r.G == generation then
  publish(r.n, 'w' .. ARGV[2] .. ' ' .. whole(r.f))
  return {'busy', r.n}
end
local accepted = math.max(r.i, first - 1)
local t = now + ARGV[7]
trim(r, math.min(ack, at))
local g = continued(r)
redis.call('HSET', KEYS[1], 'i', whole(accepted), 'c', whole(accepted),
  'u', whole(uncertain), 'g', g, 'f', r.f + 1, 'n', ARGV[6], 'k', ARGV[4],
  'e', ARGV[5], 'a', whole(r.a), 'A', whole(r.A), 't', whole(t),
  'b', ARGV[12])
local forgotten = accepted - r.i + (counter == r.k and r.w or 0)
redis.call('HDEL', KEYS[1], 'G', 'w')
if forgotten > 0 then redis.call('HSET', KEYS[1], 'w', whole(forgotten)) end
due(t)
if r.n ~= '' then
  publish(r.n, 'f' .. ARGV[2] .. ' ' .. whole(r.f) .. ' taken')
end
return {'attached', r.f + 1, accepted, at, uncertain, r.a, r.o,
  tonumber(ARGV[14]) - at, forgotten, g, r.m, generation, r.n, r.O - r.A}
`;

/** ARGV 7 and on: kinds and data. */
const APPEND = `
local r = load()
if not r or r.s ~= 'live' then return {'gone'} end
local maxMessages, maxBytes = tonumber(ARGV[3]), tonumber(ARGV[4])
local maxMessage = r.b or tonumber(ARGV[6])
local count, bytes = (#ARGV - 6) / 2, 0
for j = 8, #ARGV, 2 do
  if #ARGV[j] > maxMessage then return {'too-large', maxMessage} end
  bytes = bytes + #ARGV[j]
end
local excess = math.max(0, r.o - r.a + count - maxMessages)
local wanted = r.O + bytes - maxBytes
local isFull = excess > 0 or wanted > r.A
if count > maxMessages or bytes > maxBytes or isFull and ARGV[5] == 'reject' then
  return {'full', r.o - r.a, r.O - r.A}
end
local low = r.a + excess
-- With room for the bytes there is nothing to look for.
local high = wanted > r.A and r.o or low
while low < high do
  local middle = math.floor((low + high) / 2)
  if bytesUpTo(r, middle) >= wanted then high = middle else low = middle + 1 end
end
local dropped, first, lineage = low - r.a, r.o + 1, r.g
trim(r, low)
keep(r, 7)
-- Nobody has attached since the data may have gone back: the lease is older.
if r.g ~= lineage then redis.call('HSET', KEYS[1], 'G', r.G) end
redis.call('HSET', KEYS[1], 'o', r.o, 'O', r.O, 'a', r.a, 'A', r.A, 'g', r.g)
if r.n ~= '' then
  local inline = bytes <= ${MAX_INLINE_BYTES}
  local parts = {'a', ARGV[2], ' ', whole(r.o), ' ', inline and count or 0,
    ' ', generation, '\\n'}
  for j = 7, inline and #ARGV or 0, 2 do
    parts[#parts + 1] = ARGV[j] .. #ARGV[j + 1] .. ':'
    parts[#parts + 1] = ARGV[j + 1]
  end
  publish(r.n, table.concat(parts))
end
return {'appended', first, r.o, dropped, r.O - r.A, r.n}
`;

/** ARGV 10 and on: kinds and data of replies. */
const ACCEPT = `
local r = load()
if not r or r.s ~= 'live' then return {'gone'} end
if not holds(r, ARGV[3], ARGV[4]) then return {'fenced'} end
local accepted = math.max(r.i, tonumber(ARGV[5]))
local t, before = now + ARGV[9], r.a
trim(r, math.min(tonumber(ARGV[7]), r.o))
keep(r, 10)
redis.call('HSET', KEYS[1], 'i', accepted,
  'c', math.max(accepted, tonumber(ARGV[6])),
  'k', math.max(r.k, tonumber(ARGV[8])), 't', t)
if #ARGV >= 10 then
  redis.call('HSET', KEYS[1], 'o', r.o, 'O', r.O, 'g', r.g)
end
if r.a > before then redis.call('HSET', KEYS[1], 'a', r.a, 'A', r.A) end
if r.w > 0 then redis.call('HDEL', KEYS[1], 'w') end
-- A later end is noted when the earlier one has come: see DUE.
redis.call('ZADD', KEYS[3], 'LT', t, ARGV[2])
return {'accepted', r.o, r.O - r.A}
`;

const READ = `
if redis.call('HGET', KEYS[1], 's') ~= 'live' then return {} end
return redis.call('XRANGE', KEYS[2], whole(ARGV[3] + 1), '+', 'COUNT', ARGV[4])
`;

const DETACH = `
local r = load()
if not r then return 0 end
if holds(r, ARGV[3], ARGV[4]) then
  local t = now + ARGV[5]
  redis.call('HSET', KEYS[1], 'n', '', 't', whole(t))
  due(t)
end
return r.O - r.A
`;

/**
 * ARGV 8 and on: a new ticket, or those of earlier calls that got no answer. If
 * one of them has ended the session, the answer is the same again, until
 * `confirmEnd` runs.
 */
const END = `
local r = load()
if not r then return {'gone'} end
if r.s ~= 'live' then
  local ticket = redis.call('HGET', KEYS[1], 'x')
  for j = 8, #ARGV do
    if ticket == ARGV[j] then
      return {'ended', r.i, r.c, '', redis.call('XRANGE', KEYS[2], '-', '+')}
    end
  end
  return {'gone'}
end
local kind = ARGV[3]
if kind == 'lease' and not holds(r, ARGV[5], ARGV[6]) then return {'fenced'} end
if kind == 'expired' and r.t > now then return {'fenced'} end
if kind == 'detached' and r.n ~= '' then return {'fenced'} end
local left = redis.call('XRANGE', KEYS[2], '-', '+')
local t = now + ARGV[7]
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('HSET', KEYS[1], 's', ARGV[4], 'n', '', 'm', '', 'f', r.f + 1,
  'a', whole(r.o), 'A', whole(r.O), 't', whole(t), 'x', ARGV[8])
due(t)
if r.n ~= '' and kind ~= 'lease' then
  publish(r.n, 'f' .. ARGV[2] .. ' ' .. whole(r.f) .. ' ended')
end
return {'ended', r.i, r.c, r.n, left}
`;

/** The node has received the answer to END: deletes the log and the ticket. */
const CONFIRM_END = `
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'x')
`;

/**
 * KEYS: for each lease the record, and the sessions by their end. ARGV: the time
 * to prolong leases by, or '' for none; then sessions, fences, generations.
 */
const TOUCH = `
local lasts = {}
local t = ARGV[2] ~= '' and whole(now + ARGV[2])
for j = 1, #KEYS / 2 do
  local record, ends = KEYS[2 * j - 1], KEYS[2 * j]
  local v = redis.call('HMGET', record, 's', 'f', 'G', 'o', 'g')
  local session, fence, lease = ARGV[3 * j], ARGV[3 * j + 1], ARGV[3 * j + 2]
  local held = v[1] and (v[3] or string.match(v[5], '([^:,]+):%d+$'))
  if v[1] == 'live' and v[2] == fence and held == lease and lease == generation then
    if t then
      redis.call('HSET', record, 't', t)
      redis.call('ZADD', ends, t, session)
    end
    lasts[j] = tonumber(v[4] or 0)
  else
    lasts[j] = -1
  end
end
return lasts
`;

/** KEYS: sessions by their end, in parts. ARGV: how many at most, the prefix of records. */
const DUE = `
local limit, found = tonumber(ARGV[2]), {}
local function look(ends, session)
  local record = ARGV[3] .. session
  local v = redis.call('HMGET', record, 's', 't')
  if not v[1] then
    redis.call('ZREM', ends, session)
  elseif tonumber(v[2]) > now then
    redis.call('ZADD', ends, v[2], session)
  elseif v[1] ~= 'live' then
    redis.call('DEL', record)
    redis.call('ZREM', ends, session)
  elseif #found < limit then
    found[#found + 1] = session
  end
end
for _, ends in ipairs(KEYS) do
  local over = redis.call('ZRANGEBYSCORE', ends, '-inf', whole(now),
    'LIMIT', 0, limit + 100)
  for _, session in ipairs(over) do look(ends, session) end
end
return found
`;

/**
 * Scripts that free memory must run when Redis has none left. Only scripts that
 * need more memory are refused then, before their first write.
 */
const BODIES = {
  open: ["", OPEN],
  attach: ["allow-oom", ATTACH],
  append: ["", APPEND],
  accept: ["allow-oom", ACCEPT],
  read: ["no-writes", READ],
  detach: ["allow-oom", DETACH],
  end: ["allow-oom", END],
  confirmEnd: ["allow-oom", CONFIRM_END],
  touch: ["allow-oom", TOUCH],
  due: ["allow-oom", DUE],
} as const;

/** All names. */
export const SCRIPT_NAMES = Object.keys(BODIES) as readonly ScriptName[];

/** The text of a script. */
export function scriptText(
  name: ScriptName,
  { generation, channels }: ScriptContext,
): string {
  const [flags, body] = BODIES[name];
  const shebang = flags === "" ? "#!lua" : `#!lua flags=${flags}`;
  return `${shebang}
local generation, channels = '${generation}', '${channels}'${PRELUDE}${body}`;
}
