package ll2redis

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

const (
	defaultPrefix = "ll2:mirror:"
	longestPrefix = 200

	// defaultStoreTimeout is the time for which a call of a mirror waits for a
	// refresh.
	defaultStoreTimeout = 2 * time.Second
)

// A StoreOption is an option of [NewStore]. Nil options are ignored.
type StoreOption interface {
	applyStore(*store) error
}

// An Option is an option of both [NewLimiter] and [NewStore].
type Option interface {
	LimiterOption
	StoreOption
}

type storeOption func(*store) error

func (o storeOption) applyStore(s *store) error { return o(s) }

// WithPrefix sets the prefix of a store's keys. The default is "ll2:mirror:". Stores
// with the same prefix share their copies, so use a different one for programs that
// must not share. It has 1 to 200 bytes, all printable and no spaces. To keep all
// keys of a store in one slot of a cluster, which is not necessary, put braces into
// it: "{ll2}:".
func WithPrefix(prefix string) StoreOption {
	return storeOption(func(s *store) error {
		odd := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r) }
		if prefix == "" || len(prefix) > longestPrefix || strings.ContainsFunc(prefix, odd) {
			return fmt.Errorf("ll2redis: WithPrefix(%.80q): must have 1 to %d bytes, all printable and no spaces", prefix, longestPrefix)
		}
		s.prefix = prefix
		return nil
	})
}
