// Package ll2redis is for processes on many machines that use package [ll2] and share a
// Redis server.
//
// # One quota for all
//
// A [Limiter] keeps many processes within one quota of Launch Library 2: at most n
// requests in any window of a given length. It counts them as exactly as the sliding
// window of package [ll2] does, but on Redis.
//
//	limiter, err := ll2redis.NewLimiter(rdb, "ll2:quota", 15, time.Hour)
//	if err != nil {
//		return err
//	}
//	defer limiter.Close()
//	client, err := ll2.New(ll2.WithLimiter(limiter))
//
// All limiters with the same key share the quota. A request needs one of its n
// places. To take a place costs one round trip to Redis, where a script decides by
// the server's clock. As in the client's own window, a place is free again one window
// after the answer of the service came in. The result of a request is sent to Redis
// with the next question of the same process, or alone after 100 ms.
//
// # Waiting
//
// If no place is free, the caller waits in a queue on the server, in the order of
// arrival. It learns when its place will be free, sleeps, and asks again then. It
// also asks when half of the remaining wait is over, in case a place became free
// early. If the wait would be longer than [ll2.WithMaxWait] or the context's deadline
// allow, the call fails at once with an [*ll2.RateLimitError], which has the time
// until the place is free. That time is exact, apart from the time that the answer
// travels. If requests under way hold all places, it is the earliest possible time.
//
// # When Redis fails
//
// If Redis is slow, down, read-only or out of memory, requests are not sent, and the
// error contains the one from Redis. With [WithLocalShare] each process continues
// with a part of the quota instead. If a process dies, its places are free after one
// [WithLease] and one window.
//
// Requests that Redis has lost do not count any more. If it restarts without its
// data, it grants up to the whole quota anew. The service then answers 429, which
// every client obeys. Switch on Redis's append-only file if that matters.
//
// # One copy for all
//
// [NewStore] returns a store for package [mirror], which keeps a copy of all docking
// events. The store keeps that copy on Redis. Each process answers from the copy in
// its memory. One process refreshes it, with one request an hour, and the others load
// it from Redis.
//
//	m, err := mirror.Open(client, ll2redis.NewStore(rdb))
//
// Without Redis the processes continue with the copy in memory, and each refreshes its
// own. When Redis is back, the next refresh writes the copy, even if Redis has lost it.
// So nothing needs to be kept on disk. The copy has some 200 KB.
package ll2redis
