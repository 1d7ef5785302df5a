package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// questions are the requests that both servers get.
var questions = []struct{ name, path, encoding string }{
	{"an event", "2.2.0/docking_event/300/", "identity"},
	{"10 events", "2.2.0/docking_event/?ordering=-docking", "identity"},
	{"10 events, gzip", "2.2.0/docking_event/?ordering=-docking", "gzip"},
	{"100 events in detail", "2.2.0/docking_event/?limit=100&mode=detailed", "identity"},
	{"100 events in detail, gzip", "2.2.0/docking_event/?limit=100&mode=detailed", "gzip"},
}

// load has wrk ask the gateway, and nginx before it, as much as they answer.
func load(ctx context.Context, g *gateway, lasts time.Duration) (string, error) {
	proxy, stop, err := startNginx(ctx, g.address)
	if err != nil {
		return "", err
	}
	defer stop()
	var b strings.Builder
	b.WriteString("| 64 connections ask for | bytes | requests a second | p50 | p99 | nginx: requests a second | p50 | p99 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, q := range questions {
		var best [2]figures
		length := ""
		for range rounds {
			for i, address := range []string{g.address, proxy} {
				link := "http://" + address + "/" + q.path
				if length, err = lengthOf(ctx, link, q.encoding); err != nil {
					return "", err
				}
				found, err := wrk(ctx, link, q.encoding, lasts/rounds)
				if err != nil {
					return "", err
				}
				if found.perSecond > best[i].perSecond {
					best[i] = found
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %.0f | %s | %s | %.0f | %s | %s |\n", q.name, length,
			best[0].perSecond, best[0].half, best[0].nearlyAll, best[1].perSecond, best[1].half, best[1].nearlyAll)
	}
	return b.String(), nil
}

// rounds are how often both take turns. The best round of each counts, which is the
// one that other work on the machine disturbed least.
const rounds = 5

// A figures holds the results of wrk.
type figures struct {
	perSecond       float64
	half, nearlyAll string // of the answers came within
}

// lengthOf asks for a link once, so that a cache has it, and returns its length.
func lengthOf(ctx context.Context, link, encoding string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept-Encoding", encoding)
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Encoding"); resp.StatusCode != http.StatusOK || (got == "gzip") != (encoding == "gzip") {
		return "", fmt.Errorf("%s: %s, %q", link, resp.Status, got)
	}
	return resp.Header.Get("Content-Length"), nil
}

var (
	perSecond = regexp.MustCompile(`(?m)^Requests/sec:\s+([0-9.]+)`)
	half      = regexp.MustCompile(`(?m)^\s+50%\s+(\S+)`)
	nearlyAll = regexp.MustCompile(`(?m)^\s+99%\s+(\S+)`)
)

// wrk asks for a link as often as it can.
func wrk(ctx context.Context, link, encoding string, lasts time.Duration) (f figures, err error) {
	seconds := strconv.Itoa(max(1, int(lasts.Seconds())))
	cmd := exec.CommandContext(ctx, "wrk", "-t1", "-c64", "-d"+seconds, "--latency",
		"-H", "Accept: application/json", "-H", "Accept-Encoding: "+encoding, link)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, err
	}
	if strings.Contains(string(out), "errors") || strings.Contains(string(out), "Non-2xx") {
		return f, fmt.Errorf("not every request was answered: %s", out)
	}
	var found []string
	for _, figure := range []*regexp.Regexp{perSecond, half, nearlyAll} {
		match := figure.FindSubmatch(out)
		if match == nil {
			return f, fmt.Errorf("wrk says: %s", out)
		}
		found = append(found, string(match[1]))
	}
	f.half, f.nearlyAll = found[1], found[2]
	f.perSecond, err = strconv.ParseFloat(found[0], 64)
	return f, err
}

// startNginx starts nginx with a cache of what the gateway answers.
func startNginx(ctx context.Context, upstream string) (address string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address = listener.Addr().String()
	listener.Close() // for nginx to take
	dir, err := os.MkdirTemp("", "ll2-nginx-")
	if err != nil {
		return "", nil, err
	}
	config := fmt.Sprintf(`
daemon off;
worker_processes 2;
pid %[1]s/pid;
error_log stderr error;
events { worker_connections 12000; }
http {
	access_log off;
	sendfile on;
	keepalive_requests 1000000000;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/temp;
	proxy_cache_path %[1]s/cache keys_zone=events:10m;
	server {
		listen %[2]s;
		location / {
			proxy_pass http://%[3]s;
			proxy_set_header Host $http_host;
			proxy_cache events;
			proxy_cache_valid 200 1h;
		}
	}
}
`, dir, address, upstream)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return "", nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // its workers are of another user
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "nginx", "-e", "stderr", "-p", dir, "-c", file)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt) // a fast end, workers included
		_ = cmd.Wait()
		os.RemoveAll(dir)
	}
	for range 100 {
		if conn, err := new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			conn.Close()
			return address, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("nginx does not listen on %s", address)
}
