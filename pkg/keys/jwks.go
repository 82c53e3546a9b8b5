package keys

import "encoding/json"

// jwk is an Ed25519 verification key in the form of RFC 8037, section 2.
type jwk struct {
	KTY string `json:"kty"`
	CRV string `json:"crv"`
	Alg string `json:"alg"`
	Use string `json:"use"`
	KID string `json:"kid"`
	X   string `json:"x"`
}

// JWKS returns the keys in memory that verify now, the next one included, as a
// JWK set (RFC 7517, section 5), oldest first. A ring that was never read is an
// error matching pass.ErrUnavailable: an empty set would tell its readers to
// drop every key.
func (r *Ring) JWKS() ([]byte, error) {
	v := r.view.Load()
	if v.readAt == 0 {
		return nil, v.err
	}
	now := r.now()
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, p := range v.list {
		if !p.retired(now) {
			set.Keys = append(set.Keys, jwk{KTY: "OKP", CRV: "Ed25519", Alg: "EdDSA", Use: "sig", KID: p.KID, X: b64(p.Key)})
		}
	}
	return json.Marshal(set)
}
