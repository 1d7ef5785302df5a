package cookbook

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/docking-event/ll2"
)

// NewBehindProxy returns a client that sends its requests through a proxy, and trusts
// the certificate authorities in a PEM file as well as those of the system.
func NewBehindProxy(proxy *url.URL, caFile string, opts ...ll2.Option) (*ll2.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificates", caFile)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(proxy)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return ll2.New(append(opts, ll2.WithTransport(transport))...)
}

// NewBehindGateway returns a client that sends its requests to a reverse proxy, which
// passes them on to the service. The client has no limit for such a host unless it is
// set.
func NewBehindGateway(baseURL string, opts ...ll2.Option) (*ll2.Client, error) {
	return ll2.New(append([]ll2.Option{ll2.WithBaseURL(baseURL), ll2.WithRateLimit(15, time.Hour)}, opts...)...)
}
