package local

// Off turns a rule off that is no switch: tests show with it that they would
// notice.
func (s *Server) Off(rule string) { s.front.off[rule] = true }
