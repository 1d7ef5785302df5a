-- The rule: which caller gets a place in the quota, and when. Nothing else decides it.
--
-- The key is one sorted set of three kinds of members. All times are
-- microseconds of this server's clock.
--
--   limit:n:per    score inf               which quota this is
--   id             score t > 0             a place that is taken until t
--   w:ticket:id    score -t < 0            a caller in the queue, which loses
--                                          its turn at t unless it asks again
--
-- A place is taken until one per after its request was counted. While the
-- request is under way, that time is not known. Its place is held for
-- lease + per, so that it becomes free even if its holder has died.
local key = KEYS[1]
local n, per, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local id = ARGV[4]                 -- of the caller; '' if there is none
local patience = tonumber(ARGV[5]) -- longest wait that is worth queueing for
local pause = tonumber(ARGV[6])    -- no caller asks again sooner than that, unless its wait is over
local grace = tonumber(ARGV[7])    -- how late a caller may come back
local settled = 8                  -- from here on: member, and how long ago it was counted; '' if it was not

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local kind = redis.call('TYPE', key).ok
if kind ~= 'none' and kind ~= 'zset' then
  return {'kind', kind}
end
local limit = 'limit:' .. ARGV[1] .. ':' .. ARGV[2]
if kind == 'zset' and not redis.call('ZSCORE', key, limit) then
  local other = redis.call('ZRANGEBYSCORE', key, 'inf', 'inf')[1]
  return other and {'limit', other} or {'kind', kind}
end
-- This is done even if the member exists: a server out of memory refuses an addition
-- only as long as the script has changed nothing, and must refuse all or nothing.
redis.call('ZADD', key, 'inf', limit)

-- Remove places that are free by now, and callers that did not come back.
redis.call('ZREMRANGEBYSCORE', key, -now, now)

for i = settled, #ARGV, 2 do
  local member, age = ARGV[i], tonumber(ARGV[i + 1])
  -- A time in the future is a guess, which must not cost more than one per.
  local free = age and now - math.max(age, -per) + per
  if free and free > now then
    redis.call('ZADD', key, free, member)
  else
    redis.call('ZREM', key, member)
  end
end

-- ask decides on the place of one caller.
local function ask()
  local used = redis.call('ZCOUNT', key, 0, '(inf')
  local queue = redis.call('ZRANGEBYSCORE', key, '-inf', '(0')
  local me = string.format('w:%016.0f:%s', now, id)
  for _, other in ipairs(queue) do
    if other:sub(-#id - 1) == ':' .. id then
      me = other -- came before, and keeps its turn
    end
  end
  local ahead = 0
  for _, other in ipairs(queue) do
    if other < me then
      ahead = ahead + 1
    end
  end

  -- If the caller already has a place, the answer was lost.
  if redis.call('ZSCORE', key, id) or ahead < n - used then
    redis.call('ZREM', key, me)
    redis.call('ZADD', key, now + lease + per, id)
    return {'granted'}
  end

  -- Callers ahead get the places in the order in which these become free: first the
  -- free ones, then the taken ones, then the same again one per later. A place that is
  -- further away than per belongs to a request under way, of which it is only known
  -- that it takes one per or more.
  local wait = math.floor(ahead / n) * per
  local nth = ahead % n - (n - used)
  if nth >= 0 then
    local place = redis.call('ZRANGEBYSCORE', key, 0, '(inf', 'WITHSCORES', 'LIMIT', nth, 1)
    wait = wait + math.min(place[2] - now, per)
  end
  if wait > patience then
    redis.call('ZREM', key, me)
    return {'wait', wait, ''}
  end
  -- Ask again half way, in case a place was given back or a caller ahead is gone. So
  -- callers near their turn ask often, and the others do not.
  local nap = math.min(wait, math.max(pause, math.floor(wait / 2)))
  redis.call('ZADD', key, -(now + nap + grace), me)
  return {'wait', wait, me, nap}
end

local answer = id == '' and {'settled'} or ask()

-- The key expires when its last place is free.
local last = redis.call('ZREVRANGEBYSCORE', key, '(inf', 0, 'WITHSCORES', 'LIMIT', 0, 1)
local rest = math.max(per, last[2] and last[2] - now or 0)
redis.call('PEXPIRE', key, math.ceil(rest / 1000))
return answer
