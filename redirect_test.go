package ll2_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

func TestTooManyRedirectsAreNotRetried(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusFound, "", "Location", testkit.ListURL))
	err := testkit.ListOnce(t, testkit.NewClient(t, transport))
	testkit.WantError(t, err, "10 redirects")
	if n := transport.Sent(); n != 10 {
		t.Errorf("sent %d requests, want 10", n)
	}
}

func TestCallersCheckRedirect(t *testing.T) {
	t.Parallel()
	refusal := errors.New("not this one")
	for name, tc := range map[string]struct {
		err      error
		location string
		sent     int
		check    func(error) bool
	}{
		"refuses":            {refusal, "/elsewhere/", 1, func(err error) bool { return errors.Is(err, refusal) }},
		"takes the redirect": {http.ErrUseLastResponse, "/elsewhere/", 1, testkit.IsStatus(302)},
		"cannot allow more":  {nil, "https://evil.example/", 1, func(err error) bool { return errors.Is(err, ll2.ErrForeignLink) }},
	} {
		transport := testkit.NewScript(testkit.Status(http.StatusFound, "", "Location", tc.location))
		client := testkit.NewClient(t, nil, ll2.WithHTTPClient(&http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return tc.err },
		}))
		err := testkit.ListOnce(t, client)
		testkit.WantError(t, err)
		if !tc.check(err) || transport.Sent() != tc.sent {
			t.Errorf("%s: %v after %d requests, want %d", name, err, transport.Sent(), tc.sent)
		}
	}
}

// There is no redirect where there is no place to go: the answer is one like
// any other that is not 2xx.
func TestRedirectThatNamesNoPlaceIsAnAPIError(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"no Location":      nil,
		"damaged Location": {"Location", "https://api example/%zz"},
		"not a redirect":   {"Location", "/elsewhere/", "ETag", "x"},
	} {
		code := http.StatusFound
		if name == "not a redirect" {
			code = http.StatusNotModified
		}
		transport := testkit.NewScript(testkit.Status(code, "gone somewhere", headers...))
		err := testkit.ListOnce(t, testkit.NewClient(t, transport))
		testkit.WantError(t, err)
		if !testkit.IsStatus(code)(err) || errors.Is(err, ll2.ErrForeignLink) || transport.Sent() != 1 {
			t.Errorf("%s: %v (%T) after %d requests, want an *APIError after 1", name, err, err, transport.Sent())
		}
	}
}
