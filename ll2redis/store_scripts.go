package ll2redis

import (
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Each of the store's scripts works on one key. It is sent by its hash, or as a whole
// if the server does not know it (any more).
//
// The Redis client repeats a script whose answer was lost. The second run must not
// take the result of the first one for that of another process. So each Save has a
// mark, and each lock a token.

// hashScript is the beginning of the scripts for blobs. It puts the fields into b, or
// returns the reason why the key is not usable.
const hashScript = `
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
local b = {}
if kind == 'hash' then
  b = redis.call('HMGET', key, 'generation', 'save', 'form')
  if not (b[1] and b[2] and b[3]) then return {'kind', 'hash'} end
  if b[3] ~= 'raw' and b[3] ~= 'gzip' then return {'form', b[3]} end
elseif kind ~= 'none' then
  return {'kind', kind}
end
`

var (
	// loadScript has one argument: the mark of the known Save.
	loadScript = redis.NewScript(hashScript + `
if not b[1] then return {'none'} end
if b[2] == ARGV[1] then return {'same', b[1]} end
return {'blob', b[1], b[2], b[3], redis.call('HGET', key, 'data') or ''}
`)

	// saveScript has the arguments: the generation to be replaced, 0 for none; the
	// next generation, or the smallest one for a new blob; the mark, form and data.
	saveScript = redis.NewScript(hashScript + `
if b[2] == ARGV[3] then return {'saved', b[1]} end
if (b[1] or '0') ~= ARGV[1] then return {'conflict'} end
local next = ARGV[2]
if not b[1] then
  local clock = redis.call('TIME')
  next = string.format('%.0f', math.max(clock[1] * 1000000 + clock[2], next))
end
redis.call('HSET', key, 'generation', next, 'save', ARGV[3], 'form', ARGV[4], 'data', ARGV[5])
return {'saved', next}
`)

	// dropScript has one argument: the mark of the Save to be removed.
	dropScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'save') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'dropped'}
`)

	// lockScript has the arguments: the token, and the ttl in milliseconds.
	lockScript = redis.NewScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', KEYS[1]) == ARGV[1] then
  return {'locked'}
end
return {'held'}
`)

	// unlockScript has one argument: the token.
	unlockScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'unlocked'}
`)
)

// A reply is the result of a script of the store.
type reply struct {
	state string
	all   []any
}

// read returns a reply, or the error that the reply means.
func read(all []any, key string) (reply, error) {
	r := reply{all: all}
	r.state = r.text(0)
	switch r.state {
	case "kind":
		return r, fmt.Errorf("%w: key %q holds a Redis %s that is no blob of a mirror", ErrConflict, key, r.text(1))
	case "form":
		return r, fmt.Errorf("key %q was written by a newer version, in the form %.40q; it is not used and not replaced", key, r.text(1))
	}
	return r, nil
}

func (r reply) text(i int) string {
	text, _ := at(r.all, i).(string)
	return text
}

// strange is the error for a reply that no script returns.
func (r reply) strange() error { return fmt.Errorf("it answered %.80q", r.all) }
