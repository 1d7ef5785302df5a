// Package ll2test is an in-memory Launch Library 2 for tests: the docking_event
// endpoint and api-throttle/, with the manners of the real service. It caps
// page sizes, builds absolute links, filters, orders, refuses what the service
// refuses and throttles as it does, so that a program is tested against a
// server and not against its own picture of one.
//
//	server := ll2test.NewServer(ll2test.Recorded()...)
//	client := server.Client()
//	for event, err := range client.DockingEvents.All(ctx, ll2.PageSize(4)) {
//		...
//	}
//	server.Requests() // the three requests that it took
//
// # In memory, or over sockets
//
// A [Server] is an http.RoundTripper: [Server.Client] returns a client whose
// requests never leave the process, and any http.Client can have the server as
// its Transport. It is an http.Handler too, for tests that want real
// connections:
//
//	ts := httptest.NewServer(server)
//	client, err := ll2.New(ll2.WithBaseURL(ts.URL))
//
// What precedes docking_event/ and api-throttle/ in a path does not matter, and
// neither does the host: links in the answers repeat what the request had.
//
// # Data
//
// [Recorded] returns ten events of the real service and [Events] as many
// made-up ones as wanted. [Server.SetEvents] replaces them between two
// requests, as rows come and go during a long walk, and [Server.ShuffleTies]
// brings equal sort keys in another order at every request, as a database may.
//
// # Quota
//
// A server throttles nobody until [Server.Limit] says so:
//
//	server.Limit(15, time.Hour)
//
// From then on it keeps the service's sliding window for each token, and one
// for everybody without. In it count the requests that were let in, whether
// they then found something, nothing (404), bad parameters (400), a wrong
// method (405) or a broken server (5xx). The others take no place: refused ones
// (401, 403, 406, 429), redirects, addresses that the service does not have,
// and those to api-throttle/. A request that finds the window full is answered
// with a 429, which says in Retry-After and in words when the next place is
// free.
//
// # Faults
//
// [Server.Fail] scripts what happens to the next requests: a status, a body
// that breaks off, a delay, a connection that never comes about.
//
//	server.Fail(
//		ll2test.Fault{Status: http.StatusBadGateway, Body: "<h1>Bad gateway</h1>"},
//		ll2test.Fault{},               // this one is answered as ever
//		ll2test.Fault{CutAfter: 1000}, // the third answer stops short
//	)
//
// # Virtual time
//
// In memory there are no sockets and no goroutines, and all times are those of
// package time, so that a server made inside a testing/synctest bubble lives in
// the bubble's time: an hour's quota and a minute's delay cost a test nothing.
package ll2test
