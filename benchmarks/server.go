package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

// A serving says how the server serves.
type serving struct {
	events  int
	latency time.Duration // before each answer
	gzip    bool          // for whoever accepts it
	v230    bool          // version 2.3.0, too
}

// serve is the server's process: it serves on a port of its own on loopback,
// says where, and ends with its standard input.
func serve(how serving, in io.Reader, out io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	service := ll2test.NewServer(ll2test.Events(how.events)...)
	if how.v230 {
		service.SetEvents230(ll2test.Events230(how.events)...)
	}
	server := &http.Server{
		Handler:           &rendered{how: how, service: service},
		ReadHeaderTimeout: time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Fprintf(out, "http://%s/2.2.0/\n", listener.Addr())
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(ended)
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return server.Close()
	}
}

// start starts the server's process. It returns its base URL and a function that stops it.
func start(ctx context.Context, how serving) (base string, stop func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, program, "-serve", "-events", strconv.Itoa(how.events),
		"-latency", how.latency.String(), "-gzip="+strconv.FormatBool(how.gzip), "-v230="+strconv.FormatBool(how.v230))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		in.Close()
		_ = cmd.Wait() // it was asked to end, and its exit status adds no information
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server does not say where it is: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// rendered keeps every answer of the service, so that serving it again costs
// little, and the same for every client. The walk that checks a client comes
// before those that are measured, so all answers are there by then.
type rendered struct {
	how     serving
	service *ll2test.Server
	pages   sync.Map // of *page, by URL and encoding
}

type page struct {
	status int
	header http.Header
	body   []byte
}

func (h *rendered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	zipped := h.how.gzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	key := strconv.FormatBool(zipped) + " " + r.RequestURI
	kept, ok := h.pages.Load(key)
	if !ok {
		kept, _ = h.pages.LoadOrStore(key, h.render(r, zipped))
	}
	p := kept.(*page)
	time.Sleep(h.how.latency)
	maps.Copy(w.Header(), p.header)
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // the client may be gone
}

func (h *rendered) render(r *http.Request, zipped bool) *page {
	w := httptest.NewRecorder()
	h.service.ServeHTTP(w, r)
	p := &page{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	if zipped {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(p.body) // into memory
		_ = z.Close()
		p.body = b.Bytes()
		p.header.Set("Content-Encoding", "gzip")
	}
	p.header.Set("Content-Length", strconv.Itoa(len(p.body)))
	return p
}
