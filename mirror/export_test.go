package mirror

// SeqOf returns the number of the last change.
func SeqOf(m *Mirror) uint64 {
	s, _ := m.watch()
	return s.Seq
}
