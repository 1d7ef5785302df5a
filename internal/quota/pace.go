package quota

import "time"

// A pace keeps apart the times at which places are handed out.
type pace struct {
	interval time.Duration // 0: as they come
	last     time.Time     // when the last place was handed out
}

// Space lets at least interval pass between two places that Acquire hands out,
// whatever becomes of them, unless it was told a longer one before.
func (q *Quota) Space(interval time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pace.interval = max(q.pace.interval, interval)
}

// delay returns how long someone with so many ahead has to wait for the interval.
func (p pace) delay(now time.Time, ahead int) time.Duration {
	if p.interval == 0 {
		return 0
	}
	if ahead > 0 && p.interval > forever/time.Duration(ahead) {
		return forever // as good as never
	}
	return add(max(0, p.last.Add(p.interval).Sub(now)), time.Duration(ahead)*p.interval)
}
