// Package ll2test is an in-memory Launch Library 2 server for tests. It serves the
// docking events of versions 2.2.0 and 2.3.0, api-throttle/ and any other list with
// your own rows:
//
//	server := ll2test.NewServer(ll2test.Recorded()...)
//	client := server.Client()
//	for event, err := range client.DockingEvents.All(ctx, ll2.PageSize(4)) {
//		...
//	}
//	server.Requests() // the three requests that it took
//
// The server behaves like the real service: it caps page sizes, builds absolute
// links, filters, sorts, refuses the same requests and throttles in the same way. So
// a program is tested against a server and not against assumptions about it.
//
// # In memory, or over sockets
//
// A [Server] is an [http.RoundTripper]. [Server.Client] returns a client whose requests
// never leave the process, and any [http.Client] can use the server as its Transport.
// The server is also an [http.Handler], for tests that need real connections:
//
//	ts := httptest.NewServer(server)
//	client, err := ll2.New(ll2.WithBaseURL(ts.URL))
//
// The server ignores the host, and the part of a path before docking_event/,
// docking_events/ and api-throttle/. Links in its answers repeat the host and path of
// the request. As with the service, a wrong version is a 404: after a version number,
// docking_event/ exists only under 2.2.0/, and docking_events/ only under 2.3.0/. A
// path below docking_event/ must be the id of an event.
//
// # Data
//
// [Recorded] returns ten events of the real service. [Events] returns any number of
// made-up events. [EventsAround] returns the same events with other times, so that some
// are docked at a given time. [Server.SetEvents] replaces them between two requests, as
// rows are added and removed while a program reads the list. The server encodes events
// when it gets them, so later changes to them have no effect.
//
// These functions are for version 2.2.0. [Server.SetEvents230] sets the events of
// 2.3.0, which [Events230] and [EventsAround230] make up. They have the same dockings
// and some that 2.2.0 cannot express, so a test can compare the versions.
//
//	server := ll2test.NewServer(ll2test.Events(515)...)
//	server.SetEvents230(ll2test.Events230(555)...)
//	events := ll230.DockingEvents(server.Client())
//
// A server has one quota, one list of faults and one list of requests for both
// versions, just as a client has one quota for both.
//
// [Server.ShuffleTies] changes the order of equal sort keys at every request, as a
// database may do. [Server.IgnoreOrder] silently ignores a term of ordering, as the
// service probably does with id.
//
// # Other endpoints
//
// [Server.SetRows] serves any list of the service, for tests of programs that read it
// with their own structs:
//
//	err := server.SetRows("2.2.0/astronaut/",
//		Astronaut{ID: 1, Name: "Yuri Gagarin"},
//		map[string]any{"id": 2, "name": "Valentina Tereshkova"},
//	)
//
// Pages, links, single rows, quota and faults work as for the docking events. Filters
// and orders follow one general rule, described there, since the server does not know
// the endpoint.
//
// # Quota
//
// A server does not limit requests until [Server.Limit] is called:
//
//	server.Limit(15, time.Hour)
//
// From then on, each token has a sliding window like the service's: at most 15
// requests in any hour. All anonymous requests share one window. Requests that pass
// the throttle count, whatever their result: success, not found (404), bad parameters
// (400), a wrong method (405) or a server error (5xx). Others do not count: refused
// requests (401, 403, 406, 429), redirects, requests to unknown addresses, and those
// to api-throttle/. A request over the limit gets a 429, which says in Retry-After
// and in words when the next one can pass.
//
// # Faults
//
// [Server.Fail] sets faults for the next requests: a status, a truncated body, a
// delay, or a connection that fails.
//
//	server.Fail(
//		ll2test.Fault{Status: http.StatusBadGateway, Body: "<h1>Bad gateway</h1>"},
//		ll2test.Fault{},               // the normal answer
//		ll2test.Fault{CutAfter: 1000}, // the third answer is truncated
//	)
//
// # Virtual time
//
// In memory the server uses no sockets and no goroutines, and takes all times from
// package time. So a server that is created inside a testing/synctest bubble uses the
// bubble's time, and a test can wait for an hour's quota or a minute's delay in no
// real time.
package ll2test
