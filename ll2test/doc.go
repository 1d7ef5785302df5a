// Package ll2test is an in-memory Launch Library 2 for tests: the docking events
// of versions 2.2.0 and 2.3.0, api-throttle/ and any other list with rows of one's
// own, with the manners of the real service. It caps page sizes, builds absolute
// links, filters, orders, refuses what the service refuses and throttles as it
// does, so that a program is tested against a server and not against its own
// picture of one.
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
// What precedes docking_event/, docking_events/ and api-throttle/ in a path does
// not matter, and neither does the host: links in the answers repeat what the
// request had. Two things do matter, as they do to the service: docking_event/
// right behind another version than 2.2.0 is not found, nor is docking_events/
// behind another than 2.3.0, and behind another docking_event/ there are only the
// ids of events.
//
// # Data
//
// [Recorded] returns ten events of the real service, [Events] as many made-up
// ones as wanted, and [EventsAround] the same so that some are docked at a given
// time. [Server.SetEvents] replaces them between two requests, as rows come and
// go during a long walk. The server encodes events when it gets them, so that
// what a test does to them later changes no answer.
//
// All that is of version 2.2.0. [Server.SetEvents230] sets the events of 2.3.0,
// which [Events230] and [EventsAround230] make up: the same dockings and those
// that 2.2.0 cannot tell, so that a test can compare the versions.
//
//	server := ll2test.NewServer(ll2test.Events(515)...)
//	server.SetEvents230(ll2test.Events230(555)...)
//	events := ll230.DockingEvents(server.Client())
//
// A server has one quota, one list of faults and one of requests for both
// versions, as a client has one window.
//
// [Server.ShuffleTies] brings equal sort keys in another order at every request,
// as a database may, and [Server.IgnoreOrder] drops a term of ordering silently,
// as the service probably does with id.
//
// # Other endpoints
//
// [Server.SetRows] serves any list of the service, for tests of programs that
// read it with structs of their own:
//
//	err := server.SetRows("2.2.0/astronaut/",
//		Astronaut{ID: 1, Name: "Yuri Gagarin"},
//		map[string]any{"id": 2, "name": "Valentina Tereshkova"},
//	)
//
// Its pages, links, single rows, quota and faults are those of the docking
// events. Filters and orders follow one general rule, since the server does not
// know the endpoint: see there.
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
