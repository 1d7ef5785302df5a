package quota

import "time"

// A pace keeps an interval between the times at which places are granted.
type pace struct {
	interval time.Duration // 0: no interval
	last     time.Time     // when the last place was granted
}

// Space sets the least time between two places that Acquire grants, whatever the outcome
// of their requests. It never shortens the time that an earlier call set.
func (q *Quota) Space(interval time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pace.interval = max(q.pace.interval, interval)
}

// delay returns how long a caller with so many ahead must wait for the interval.
func (p pace) delay(now time.Time, ahead int) time.Duration {
	if p.interval == 0 {
		return 0
	}
	if ahead > 0 && p.interval > forever/time.Duration(ahead) {
		return forever // as good as never
	}
	return add(max(0, p.last.Add(p.interval).Sub(now)), time.Duration(ahead)*p.interval)
}
