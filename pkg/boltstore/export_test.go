package boltstore

// Hold keeps every writer waiting until release is called.
func (s *Store) Hold() (release func()) {
	s.writer <- struct{}{}
	return func() { <-s.writer }
}
