package pass

// OrderLife is how many seconds an order may be repeated: who lost an answer asks
// again on the same day.
const OrderLife = 24 * 3600

// Order is a request to issue that may be repeated, under its idempotency key. It
// holds what is drawn once, so that whoever repeats the request gets the passes of
// the first time, though only digests of their secrets are kept.
type Order struct {
	V       int
	Key     string // keyed digest of the idempotency key
	Request string // keyed digest of what was asked
	Answer  string // keyed digest of the answer, once everything is written
	Salt    [32]byte
	KID     string      // of the key that signs, and makes ids and secrets of the salt
	At      NumericDate // when it was asked first: all of it is judged at this second
	Done    bool        // every pass was written: none is written again
	PurgeAt NumericDate
}

// Stands reports whether o is what its key stands for at now. Afterwards the key
// is free, whether o has been cleared away or not.
func (o *Order) Stands(now NumericDate) bool { return o != nil && now < o.PurgeAt }
