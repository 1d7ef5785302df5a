// Package ll2redis is for fleets: processes on many machines that use package [ll2]
// and share a Redis server.
//
// # One quota for all
//
// A [Limiter] keeps many processes to one quota of Launch Library 2: the exact
// sliding window of package [ll2], on Redis.
//
//	limiter, err := ll2redis.NewLimiter(rdb, "ll2:quota", 15, time.Hour)
//	if err != nil {
//		return err
//	}
//	defer limiter.Close()
//	client, err := ll2.New(ll2.WithLimiter(limiter))
//
// All that give the same key share the quota. A request takes its place by one
// round trip to Redis, where a script decides by the server's clock. The place is
// taken until one per after the answer of the service was in, as in the client's
// own window; what became of a request travels with the next question of the
// same process, or alone after 100 ms.
//
// # Waiting
//
// Who has to wait stands in a queue on the server, in the order of arrival. It is
// told when its place is free, sleeps and asks again then, and each time that half
// of the wait is over, in case a place came free early. A wait that would be
// longer than [ll2.WithMaxWait] or the context's deadline allow is not begun: the
// error is an [*ll2.RateLimitError] with the time until the place is free, exact
// to the time that the answer travels. Where all places are held by requests
// under way, that time is the earliest possible one.
//
// # When Redis fails
//
// Where Redis is slow, gone, read-only or out of memory, requests are not sent:
// the error says what Redis said. [WithLocalShare] has each process go on with a
// part of the quota instead. A process that dies holds its places until one
// [WithLease] and one per are over.
//
// What Redis forgets is not counted any more. Restarted without its data, it
// grants up to the whole quota anew; the service then answers 429, which every
// client obeys. Switch on its append-only file where that matters.
//
// # One copy for all
//
// [NewStore] is for package [mirror]: the copy of all docking events, kept on Redis.
// Each process answers from the copy in its memory. One of them refreshes it, by a
// request an hour, and the others take it over from Redis.
//
//	m, err := mirror.Open(client, ll2redis.NewStore(rdb))
//
// Without Redis the processes go on with what is in their memory, and each refreshes
// for itself. When Redis is back, the next refresh writes the copy, whatever was lost.
// So nothing needs to be kept on disk; the copy is some 200 KB.
package ll2redis
