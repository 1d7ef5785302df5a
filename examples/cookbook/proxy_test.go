package cookbook_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"sync/atomic"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

// A forwardProxy connects every caller to one address, whichever they ask for.
type forwardProxy struct {
	to    string
	calls atomic.Int32
}

func (p *forwardProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.calls.Add(1)
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	there, err := net.Dial("tcp", p.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		there.Close()
		return
	}
	fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		defer there.Close()
		_, _ = io.Copy(there, here)
	}()
	defer here.Close()
	_, _ = io.Copy(here, there)
}

func ExampleNewBehindProxy() {
	service := httptest.NewTLSServer(ll2test.NewServer(ll2test.Events(250)...)) // its authority is not one of the system's
	defer service.Close()
	forward := &forwardProxy{to: service.Listener.Addr().String()}
	proxy := httptest.NewServer(forward)
	defer proxy.Close()
	file, err := os.CreateTemp("", "ca-*.pem")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	err = pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw})
	file.Close()
	if err != nil {
		fmt.Println(err)
		return
	}

	proxyURL, err := url.Parse(proxy.URL) // in a program: http://proxy.example.com:3128
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := cookbook.NewBehindProxy(proxyURL, file.Name(), ll2.WithBaseURL("https://example.com/")) // the name in the certificate
	if err != nil {
		fmt.Println(err)
		return
	}
	events, err := ll2.Collect(client.DockingEvents.All(context.Background()))
	fmt.Println(len(events), "events, error:", err)
	fmt.Println(forward.calls.Load(), "connection through the proxy")
	// Output:
	// 250 events, error: <nil>
	// 1 connection through the proxy
}

func ExampleNewBehindGateway() {
	service := ll2test.NewServer(ll2test.Events(250)...)
	gateway := httptest.NewServer(&httputil.ReverseProxy{
		Transport: service,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "https", "ll.thespacedevs.com"
			r.Out.URL.Path = r.Out.URL.Path[len("/dockings"):]
			r.Out.Host = ""
		},
	})
	defer gateway.Close()
	client, err := cookbook.NewBehindGateway(gateway.URL + "/dockings/") // in a program: https://gateway.example.com/dockings/
	if err != nil {
		fmt.Println(err)
		return
	}
	events, err := ll2.Collect(client.DockingEvents.All(context.Background()))
	fmt.Println(len(events), "events, error:", err)
	fmt.Println(client.Quota())
	// Output:
	// 250 events, error: <nil>
	// 3 of 15 in 1h0m0s used
}
