package secret_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/secret"
)

// tokens are long, short, full of what is escaped, and like the mark.
var tokens = []string{
	"canary-token-0123456789",
	"aab", "abab", "aaaa", "a", "ab",
	"D]", "[RED", secret.Mark, secret.Mark + "]",
	`quo"te\back`, "a/b+c=d&e", "100%", "%41", "~!@#$%^*()", "a%2Fb/c",
	strings.Repeat("long", 2000),
}

// forms returns how a token is spelled in a text.
func forms(token string) map[string]string {
	quoted := strconv.Quote(token)
	return map[string]string{
		"as it is": token, "quoted": quoted[1 : len(quoted)-1], "in a query": url.QueryEscape(token), "in a path": url.PathEscape(token),
	}
}

// holds reports whether a token is in a text that was made of ours, other than in
// a mark.
func holds(text, token string) bool {
	for _, form := range forms(token) {
		for part := range strings.SplitSeq(text, secret.Mark) {
			if strings.Contains(part, form) {
				return true
			}
		}
	}
	return false
}

func TestTheTokenIsSentAndNothingElseIs(t *testing.T) {
	h := http.Header{"Authorization": {"old", "older"}, "Accept": {"*/*"}}
	secret.New("Token", "key").Authorize(h)
	if got := h.Values("Authorization"); len(h) != 2 || len(got) != 1 || got[0] != "Token key" {
		t.Errorf("the header is %v", h)
	}
	h = make(http.Header)
	if secret.New("Token", "").Authorize(h); len(h) != 0 {
		t.Errorf("without a token the header is %v", h)
	}
}

func TestTheTokenIsTakenOutHoweverItIsSpelled(t *testing.T) {
	for _, token := range tokens {
		s := secret.New("Token", token)
		for name, form := range forms(token) {
			for _, around := range [][2]string{{"", ""}, {"<", ">"}, {"key=", "&limit=1"}, {"é", "\x00"}} {
				got := s.Redact(around[0] + form + around[1])
				want := around[0] + secret.Mark + around[1]
				if name != "as it is" && strings.HasPrefix(form, token) {
					want = "" // what is escaped begins with what is not, and only that goes
				}
				if want != "" && got != want || holds(got, token) {
					t.Errorf("%.30q, %s, in %q: %.60q", token, name, around, got)
				}
			}
			if got := s.Redact(strings.Repeat(form, 3)); holds(got, token) {
				t.Errorf("%.30q, %s, three times: %.60q", token, name, got)
			}
		}
	}
}

func TestATokenBehindPartsOfItselfIsTakenOut(t *testing.T) {
	for _, tc := range []struct{ token, text, want string }{
		{"aab", "aaab", "a" + secret.Mark},
		{"aab", "aabaabaa", secret.Mark + secret.Mark + "aa"},
		{"aba", "ababa", secret.Mark + "ba"},
		{"abab", "xababab", "x" + secret.Mark + "ab"},
		{`a"b`, `a\a\"b`, `a\` + secret.Mark},
		{"a/b", "a%a%2Fb", "a%" + secret.Mark},
	} {
		if got := secret.New("Token", tc.token).Redact(tc.text); got != tc.want {
			t.Errorf("%q without %q is %q, want %q", tc.text, tc.token, got, tc.want)
		}
	}
}

func TestATextWithoutTheTokenIsLeftAlone(t *testing.T) {
	const text = "GET https://api.example/?key=canary: 401 [REDACTED]"
	for _, s := range []secret.Secret{secret.New("Token", ""), secret.New("Token", "canary-token")} {
		if got := s.Redact(text); got != text {
			t.Errorf("redacted to %q", got)
		}
		if got := s.RedactStart(text + "."); got != text+"." {
			t.Errorf("its start was redacted to %q", got)
		}
		if s.StandsNear([]byte(text), 5) {
			t.Error("the token stands near")
		}
	}
	if got := secret.New("Token", "").RedactStart("x"); got != "x" {
		t.Errorf("without a token: %q", got)
	}
}

func TestTheStartOfATokenThatIsCutInTwoIsTakenOut(t *testing.T) {
	for _, token := range tokens {
		s := secret.New("Token", token)
		for name, form := range forms(token) {
			for n := 1; n < len(form); n += 1 + len(form)/100 {
				got := s.RedactStart("text " + form[:n])
				if !strings.HasPrefix(got, "text ") || holds(got, token) {
					t.Errorf("%.30q, %s, cut after %d: %.60q", token, name, n, got)
				}
				if !strings.Contains(form[:n], token) && got != "text " {
					t.Errorf("%.30q, %s, cut after %d: %.60q is left", token, name, n, got)
				}
			}
		}
	}
}

func TestAWholeTokenAtTheEndOfAStartIsMarked(t *testing.T) {
	s := secret.New("Token", "canary")
	for text, want := range map[string]string{
		"":                  "",
		"canary":            secret.Mark,
		"a canary":          "a " + secret.Mark,
		"a canary, a can":   "a " + secret.Mark + ", a ",
		"canarycanar":       secret.Mark,
		"canarcanary":       "canar" + secret.Mark,
		"a canary, a bird.": "a " + secret.Mark + ", a bird.",
		"c":                 "",
	} {
		if got := s.RedactStart(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestTheTokenIsFoundNearAPlaceInABody(t *testing.T) {
	for _, token := range []string{"canary-token", `quo"te`, strings.Repeat("long", 2000)} {
		s := secret.New("Token", token)
		longest := 0
		for _, form := range forms(token) {
			longest = max(longest, len(form))
		}
		for name, form := range forms(token) {
			far := strings.Repeat(".", 64<<10)
			body := []byte(far + form + far)
			at := int64(len(far))
			for offset, want := range map[int64]bool{
				at: true, at + int64(len(form)): true, at + 1: true, at - 4000: true, at + int64(len(form)) + 4000: true,
				at - int64(4<<10+longest): false, 0: false, int64(len(body)): false, at / 2: false, -1: false, -1 << 62: false, 1 << 62: false,
			} {
				if got := s.StandsNear(body, offset); got != want {
					t.Errorf("%.20q, %s, at %d: near %d is %v, want %v", token, name, at, offset, got, want)
				}
			}
			cut := []byte(far + form[:len(form)-1])
			if !s.StandsNear(cut, int64(len(cut))) {
				t.Errorf("%.20q, %s: the start at the end of a body that is cut off was not seen", token, name)
			}
			if s.StandsNear(cut, 0) {
				t.Errorf("%.20q, %s: the start at the end of a body stands near its beginning", token, name)
			}
		}
		if s.StandsNear(nil, 0) || s.StandsNear(nil, 7) || s.StandsNear([]byte(`{"count":1}`), 5) {
			t.Errorf("%.20q stands in a body without it", token)
		}
	}
}

// A codeError is one that holds more than its text.
type codeError struct{ code int }

func (e *codeError) Error() string { return "key=" + "canary" }

func TestAnErrorWithTheTokenLosesItAndStaysWhatItIs(t *testing.T) {
	s := secret.New("Token", "canary")
	err := s.RedactError(fmt.Errorf("reading: %w, %w: bad key %q", io.ErrUnexpectedEOF, context.DeadlineExceeded, "canary"))
	if got, want := err.Error(), `reading: unexpected EOF, context deadline exceeded: bad key "`+secret.Mark+`"`; got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) {
		t.Error("it is another error than before")
	}
	wrapped := s.RedactError(fmt.Errorf("wrapped: %w", &codeError{7}))
	if got := new(codeError); errors.As(wrapped, &got) {
		t.Error("who asks for it gets at the error that says the token")
	}
	if again := s.RedactError(wrapped); again != wrapped {
		t.Error("an error without the token was replaced")
	}
	// Errors are compared, and are keys of maps.
	if same := s.RedactError(&codeError{7}); same == wrapped || map[error]bool{wrapped: true}[same] {
		t.Error("two errors are one")
	}
}

func TestAnErrorWithoutTheTokenIsLeftAlone(t *testing.T) {
	for _, s := range []secret.Secret{secret.New("Token", ""), secret.New("Token", "bird")} {
		for _, err := range []error{nil, io.EOF, &codeError{7}} {
			if got := s.RedactError(err); got != err {
				t.Errorf("%v became %v", err, got)
			}
		}
	}
}

func TestPrintingASecretShowsNoToken(t *testing.T) {
	s := secret.New("Token", "canary")
	err := s.RedactError(&codeError{7})
	for _, v := range []any{s, &s, struct{ s secret.Secret }{s}, []secret.Secret{s}, err, struct{ err error }{err}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, "canary") || strings.Contains(strings.ToLower(text), "63616e617279") {
				t.Errorf("%s of a %T is %s", verb, v, text)
			}
		}
	}
}
