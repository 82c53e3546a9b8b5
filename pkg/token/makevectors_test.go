package token_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

const about = "Strings of Gatepass, each with the reason it gives (ok: it is read). The format is specified in the comment of package token. " +
	"Short tokens and cookies that are malformed look like it; those of moved are other systems' credentials, with the short token that each is equivalent to; JWTs are verified at now against iss, aud, leeway and the one public key. " +
	"The key is that of RFC 8037, appendix A. Made by makevectors_test.go."

func makeVectors() vectors {
	return vectors{
		About: about, Seed: seed, Public: b64(public), KID: kid, Issuer: issuer, Audience: audience, Leeway: leeway,
		Short:  shortVectors("gp_", token.Short.String),
		Cookie: shortVectors("gs_", token.Short.Cookie),
		Derive: []deriveVector{derive("use"), derive("session")},
		Moved:  movedVectors(),
		JWT:    jwtVectors(),
	}
}

func shortVectors(prefix string, write func(token.Short) string) []shortVector {
	ok := func(name string, s token.Short) shortVector {
		return shortVector{Name: name, String: write(s), Reason: pass.OK, ID: s.ID, Secret: hex.EncodeToString(s.Secret[:]), Digest: s.Digest().String()}
	}
	bad := func(name, s string) shortVector { return shortVector{Name: name, String: s, Reason: pass.Malformed} }
	good := write(vectorShort)
	wide := spell(new(big.Int).Lsh(big.NewInt(1), 128), 22)
	other := map[string]string{"gp_": vectorShort.Cookie(), "gs_": vectorShort.String()}[prefix]
	return []shortVector{
		ok("a secret of sixteen different bytes", vectorShort),
		ok("a secret of zeros is padded with zeros", token.Short{ID: "0000000000000000"}),
		ok("a secret of ones is the largest", token.Short{ID: "zzzzzzzzzzzzzzzz", Secret: [16]byte(unhex("ffffffffffffffffffffffffffffffff"))}),
		bad("nothing", ""),
		bad("the prefix alone", prefix),
		bad("cut by its last character", good[:46]),
		bad("cut by the first character", good[1:]),
		bad("with one character more", good+"0"),
		bad("with the full stop of its sentence", good+"."),
		bad("with one character mistyped", good[:30]+flip(good[30])+good[31:]),
		bad("with two neighbours swapped", good[:4]+good[5:6]+good[4:5]+good[6:]),
		bad("in lower case", strings.ToLower(good)),
		bad("the other kind of string", other),
		bad("the other prefix over the checksum of this one", other[:3]+good[3:]),
		bad("a secret of 2^128, rightly summed", summed(prefix+id+wide)),
		bad("an id with a hyphen, rightly summed", summed(prefix+id[:15]+"-"+wide)),
	}
}

// flip returns another character of base62 and base64url.
func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func derive(label string) deriveVector {
	nonce := unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
	mac := hmac.New(sha256.New, []byte(vectorShort.String()))
	mac.Write([]byte(label))
	mac.Write([]byte{0})
	mac.Write(nonce)
	return deriveVector{Token: vectorShort.String(), Label: label, Nonce: hex.EncodeToString(nonce), Key: hex.EncodeToString(mac.Sum(nil))}
}

func jwtVectors() []jwtVector {
	var all []jwtVector
	for _, part := range [][]jwtVector{accepted(), timed(), misshapen(), misheaded(), missigned(), misclaimed()} {
		all = append(all, part...)
	}
	return all
}

func at(now pass.NumericDate, r pass.Reason, name, s string) jwtVector {
	return jwtVector{Name: name, String: s, Now: now, Reason: r}
}

func malformed(name, s string) jwtVector { return at(now, pass.Malformed, name, s) }
func bad(name, s string) jwtVector       { return at(now, pass.BadSignature, name, s) }

// told gives a row the claims that it returns.
func told(row jwtVector, c claimsVector) jwtVector {
	row.Claims = &c
	return row
}

var goodClaims = claimsVector{Issuer: issuer, Audience: audience, Subject: "ginger", Scope: "report:66", ID: id,
	Mode: pass.Request, IssuedAt: now - 100, ExpiresAt: now + 100}

func but(change func(*claimsVector)) claimsVector {
	c := goodClaims
	change(&c)
	return c
}

func accepted() []jwtVector {
	ok := func(name, s string, c claimsVector) jwtVector { return told(at(now, pass.OK, name, s), c) }
	mode := func(m pass.Mode) claimsVector {
		return but(func(c *claimsVector) {
			c.Mode = m
			if m == pass.None || m == pass.VisitorMode {
				c.Subject = ""
			}
		})
	}
	anonymous := []string{`"sub":"ginger",`, ``}
	return []jwtVector{
		ok("a request token", forge(head, body()), goodClaims),
		ok("a public token stands for nobody", forge(head, body(append(anonymous, `"request"`, `"none"`)...)), mode(pass.None)),
		ok("a session token", forge(head, body(`"request"`, `"session"`)), mode(pass.SessionMode)),
		ok("a visitor token", forge(head, body(append(anonymous, `"request"`, `"visitor"`)...)), mode(pass.VisitorMode)),
		ok("a stateless token with data", forge(head, bodyless(`"mode"`, `"data":{"n":1,"m":[true,null,"\u00e9"]},"mode"`)),
			but(func(c *claimsVector) { c.Stateless, c.Data = true, []byte(`{"n":1,"m":[true,null,"\u00e9"]}`) })),
		ok("header members in another order", forge(`{"typ":"gatepass+jwt","kid":"`+kid+`","alg":"EdDSA"}`, body()), goodClaims),
		ok("spaces around members", forge(strings.ReplaceAll(head, ",", " , "), strings.ReplaceAll(body(), ":1", ": 1")), goodClaims),
		ok("a subject in letters beyond ASCII", forge(head, body("ginger", "Jürgen")), but(func(c *claimsVector) { c.Subject = "Jürgen" })),
		ok("a member name spelled with an escape", forge(head, body(`"sub"`, `"\u0073ub"`)), goodClaims),
	}
}

func timed() []jwtVector {
	plain, free := forge(head, body()), forge(head, bodyless())
	ends := func(exp string) []string { return []string{"1800000100", exp} }
	open := but(func(c *claimsVector) { c.Stateless = true })
	from := func(nbf pass.NumericDate, stateless bool) claimsVector {
		return but(func(c *claimsVector) { c.NotBefore, c.Stateless = nbf, stateless })
	}
	nbf := func(at string) []string { return []string{`"exp"`, `"nbf":` + at + `,"exp"`} }
	issued := func(at pass.NumericDate, stateless bool) claimsVector {
		return but(func(c *claimsVector) { c.IssuedAt, c.Stateless = at, stateless })
	}
	return []jwtVector{
		told(at(now+99, pass.OK, "one second before exp", plain), goodClaims),
		told(at(now+100, pass.Expired, "in the second exp", plain), goodClaims),
		told(at(now+101, pass.Expired, "one second after exp", plain), goodClaims),
		told(at(now+99, pass.OK, "stateless, one second before exp", free), open),
		told(at(now+100, pass.Expired, "stateless, in the second exp", free), open),
		told(at(now, pass.Expired, "exp is the first second there is", forge(head, body(ends("1")...))), but(func(c *claimsVector) { c.ExpiresAt = 1 })),
		told(at(now, pass.OK, "exp is the last second there is", forge(head, body(ends("253402300799")...))), but(func(c *claimsVector) { c.ExpiresAt = 253402300799 })),
		told(at(now, pass.OK, "stateless, nbf is as far ahead as the leeway", forge(head, bodyless(nbf("1800000060")...))), from(now+60, true)),
		told(at(now, pass.NotYetValid, "stateless, nbf is a second further ahead", forge(head, bodyless(nbf("1800000061")...))), from(now+61, true)),
		told(at(now, pass.OK, "with a record, nbf is left to the record", forge(head, body(nbf("1800000061")...))), from(now+61, false)),
		told(at(now, pass.OK, "stateless, iat is as far ahead as the leeway", forge(head, bodyless("1799999900", "1800000060"))), issued(now+60, true)),
		told(at(now, pass.NotYetValid, "stateless, iat is a second further ahead", forge(head, bodyless("1799999900", "1800000061"))), issued(now+61, true)),
		told(at(now, pass.OK, "with a record, iat is left to the record", forge(head, body("1799999900", "1800000061"))), issued(now+61, false)),
		told(at(now+200, pass.Expired, "expired is said before not yet valid", forge(head, bodyless(nbf("1800000400")...))), from(now+400, true)),
	}
}

func misshapen() []jwtVector {
	good := forge(head, body())
	parts := strings.Split(good, ".")
	// A part whose bytes do not fill its last character has bits that decode to nothing.
	stray := func(part string) string {
		if len(part)%4 == 0 {
			panic("this part has no stray bits")
		}
		i := strings.IndexByte(b64alphabet, part[len(part)-1])
		return part[:len(part)-1] + b64alphabet[i+1:i+2]
	}
	uneven := forge(head+strings.Repeat(" ", 1+(3-len(head)%3)%3), body()+strings.Repeat(" ", 1+(3-len(body())%3)%3))
	loose := strings.Split(uneven, ".")
	return []jwtVector{
		malformed("nothing", ""),
		malformed("two dots alone", ".."),
		malformed("two parts", parts[0]+"."+parts[1]),
		malformed("four parts", good+"."+parts[2]),
		malformed("five parts, as of a JWE", parts[0]+"..."+parts[1]+"."+parts[2]),
		malformed("no claims", parts[0]+".."+parts[2]),
		malformed("no signature", parts[0]+"."+parts[1]+"."),
		malformed("the signature cut by a character", good[:len(good)-1]),
		malformed("the signature cut by a byte", parts[0]+"."+parts[1]+"."+b64(unb64(parts[2])[:63])),
		malformed("the signature longer by a byte", parts[0]+"."+parts[1]+"."+b64(append(unb64(parts[2]), 0))),
		malformed("over 4096 bytes", parts[0]+"."+strings.Repeat("A", 4096)+"."+parts[2]),
		told(at(now, pass.OK, "as long as a token may be, with spaces", sized(4096)), goodClaims),
		malformed("longer by a space, though rightly signed", sized(4098)),
		malformed("padding", good+"=="),
		malformed("the other alphabet of base64", parts[0]+"."+parts[1]+"."+"+/"+parts[2][2:]),
		malformed("a line break within", good[:50]+"\n"+good[50:]),
		malformed("a carriage return after", good+"\r"),
		malformed("a space before", " "+good),
		malformed("stray bits after the header", stray(loose[0])+"."+loose[1]+"."+loose[2]),
		malformed("stray bits after the claims", loose[0]+"."+stray(loose[1])+"."+loose[2]),
		malformed("stray bits after the signature", parts[0]+"."+parts[1]+"."+stray(parts[2])),
		malformed("a short token", vectorShort.String()),
	}
}

// sized returns a good token of n bytes, filled up with spaces after the claims.
func sized(n int) string {
	for pad := 2500; ; pad++ {
		if s := forge(head, body()+strings.Repeat(" ", pad)); len(s) >= n {
			if len(s) != n {
				panic("no token has this length")
			}
			return s
		}
	}
}

const b64alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func misheaded() []jwtVector {
	with := func(member string) string { return forge(strings.Replace(head, "{", "{"+member+",", 1), body()) }
	instead := func(old, text string) string { return forge(strings.Replace(head, old, text, 1), body()) }
	jwk := `"jwk":{"kty":"OKP","crv":"Ed25519","x":"` + b64(stranger.Public().(ed25519.PublicKey)) + `"}`
	kidIs := func(v string) string { return instead(`"`+kid+`"`, v) }
	return []jwtVector{
		malformed("a header that is no JSON", forge("gatepass+jwt", body())),
		malformed("a header that is an array", forge("["+head+"]", body())),
		malformed("a header with something after it", forge(head+"{}", body())),
		malformed("a header that is not UTF-8", instead("EdDSA", "EdDSA\xff")),
		malformed("alg twice", with(`"alg":"none"`)),
		malformed("kid twice", with(`"kid":"other"`)),
		malformed("typ twice", with(`"typ":"JWT"`)),
		malformed("a member in another case", instead(`"kid"`, `"Kid"`)),
		malformed("typ in capitals as well", with(`"Typ":"JWT"`)),
		malformed("typ of another kind", instead("gatepass+jwt", "JWT")),
		malformed("typ in another case", instead("gatepass+jwt", "Gatepass+JWT")),
		malformed("typ as a whole media type", instead("gatepass+jwt", "application/gatepass+jwt")),
		malformed("no typ", instead(`,"typ":"gatepass+jwt"`, "")),
		malformed("no alg", instead(`"alg":"EdDSA",`, "")),
		malformed("alg is null", instead(`"EdDSA"`, "null")),
		malformed("no kid", instead(`"kid":"`+kid+`",`, "")),
		malformed("kid is empty", kidIs(`""`)),
		malformed("kid is a number", kidIs(`1`)),
		malformed("kid is null", kidIs(`null`)),
		malformed("kid is a path", kidIs(`"../../dev/null"`)),
		malformed("kid is a query", kidIs(`"x' OR 1=1"`)),
		malformed("kid is too long", kidIs(`"`+strings.Repeat("k", 65)+`"`)),
		malformed("crit", with(`"crit":["exp"],"exp":1`)),
		malformed("crit is empty", with(`"crit":[]`)),
		malformed("b64 is false", with(`"b64":false`)),
		malformed("zip", with(`"zip":"DEF"`)),
		malformed("cty", with(`"cty":"JWT"`)),
		malformed("jwk of a stranger, who signed it", forgeBy(stranger, strings.Replace(head, "{", "{"+jwk+",", 1), body())),
		malformed("jku of a stranger", with(`"jku":"https://evil.example/keys"`)),
		malformed("x5u of a stranger", with(`"x5u":"https://evil.example/cert"`)),
		malformed("x5c of a stranger", with(`"x5c":["MIIB"]`)),
	}
}

func missigned() []jwtVector {
	good := forge(head, body())
	parts := strings.Split(good, ".")
	alg := func(name string) string { return strings.Replace(head, "EdDSA", name, 1) }
	text := func(h string) string { return b64([]byte(h)) + "." + b64([]byte(body())) }
	// RFC 8725, section 2.1: the public key taken for a secret.
	confused := func(name string, m jwt.SigningMethod, key any) string {
		s, err := m.Sign(text(alg(name)), key)
		if err != nil {
			panic(err)
		}
		return text(alg(name)) + "." + b64(s)
	}
	return []jwtVector{
		bad("claims changed after signing", parts[0]+"."+b64([]byte(body("report:66", "report:67")))+"."+parts[2]),
		bad("a space added to the claims", parts[0]+"."+b64([]byte(body()+" "))+"."+parts[2]),
		bad("signed by a stranger under our kid", forgeBy(stranger, head, body())),
		bad("the signature of another token", parts[0]+"."+parts[1]+"."+strings.Split(forge(head, body("66", "67")), ".")[2]),
		bad("a signature of zeros", parts[0]+"."+parts[1]+"."+b64(make([]byte, 64))),
		bad("a bad signature is said before expired", parts[0]+"."+b64([]byte(body("1800000100", "1")))+"."+parts[2]),
		bad("alg none without a signature", text(alg("none"))+"."),
		bad("alg none with the right signature for it", forge(alg("none"), body())),
		malformed("alg none with a signature that is not base64url", text(alg("none"))+".A"),
		bad("alg nOnE", text(alg("nOnE"))+"."),
		bad("alg HS256 with the public key as its secret", confused("HS256", jwt.SigningMethodHS256, []byte(public))),
		bad("alg HS512 with the public key as its secret", confused("HS512", jwt.SigningMethodHS512, []byte(public))),
		bad("alg ES256 over our signature", forge(alg("ES256"), body())),
		bad("alg RS256 over our signature", forge(alg("RS256"), body())),
		bad("alg eddsa in another case", forge(alg("eddsa"), body())),
		at(now, pass.UnknownKey, "a kid that is not in the ring", forge(strings.Replace(head, kid, "unknown", 1), body())),
		at(now, pass.UnknownKey, "a stranger's kid with a stranger's signature", forgeBy(stranger, strings.Replace(head, kid, "stranger", 1), body())),
		at(now, pass.UnknownKey, "an unknown key is said before expired", forge(strings.Replace(head, kid, "unknown", 1), body("1800000100", "1"))),
		bad("another issuer", forge(head, body("pass.example.com", "pass.example.org"))),
		bad("our issuer with a slash after it", forge(head, body("pass.example.com", "pass.example.com/"))),
		bad("another audience", forge(head, body(`"gatepass"`, `"gatepast"`))),
		bad("not for us is said before expired", forge(head, body(`"gatepass"`, `"gatepast"`, "1800000100", "1"))),
	}
}

func misclaimed() []jwtVector {
	claims := func(replace ...string) string { return forge(head, body(replace...)) }
	open := func(replace ...string) string { return forge(head, bodyless(replace...)) }
	exp := func(v string) string { return claims("1800000100", v) }
	data := func(v string) string { return open(`"mode"`, `"data":`+v+`,"mode"`) }
	return []jwtVector{
		malformed("claims that are no JSON", forge(head, "claims")),
		malformed("claims that are an array", forge(head, "[]")),
		malformed("no claims at all", forge(head, "{}")),
		malformed("claims with something after them", forge(head, body()+"1")),
		malformed("claims that are not UTF-8", claims("ginger", "ginger\xff")),
		malformed("exp twice", claims(`"exp"`, `"exp":9999999999,"exp"`)),
		malformed("scope twice, once with an escape", claims(`"scope"`, `"sc\u006fpe":"report:67","scope"`)),
		malformed("a claim that nobody knows", claims(`"exp"`, `"amr":"pwd","exp"`)),
		malformed("a claim in another case", claims(`"exp"`, `"Exp"`)),
		malformed("a claim in another case as well", claims(`"exp"`, `"Exp":1,"exp"`)),
		malformed("aud is an array", claims(`"gatepass"`, `["gatepass"]`)),
		malformed("aud is an array with others", claims(`"gatepass"`, `["gatepass","other"]`)),
		malformed("no aud", claims(`"aud":"gatepass",`, "")),
		malformed("aud is empty", claims(`"gatepass"`, `""`)),
		malformed("no iss", claims(`"iss":"https://pass.example.com",`, "")),
		malformed("iss is null", claims(`"https://pass.example.com"`, "null")),
		malformed("no exp", claims(`"exp":1800000100,`, "")),
		malformed("exp is null", exp("null")),
		malformed("exp is zero", exp("0")),
		malformed("exp is negative", exp("-1")),
		malformed("exp has a fraction", exp("1800000100.5")),
		malformed("exp has a fraction of nothing", exp("1800000100.0")),
		malformed("exp has an exponent", exp("18e8")),
		malformed("exp is text", exp(`"1800000100"`)),
		malformed("exp is beyond year 9999", exp("253402300800")),
		malformed("exp is beyond 64 bits", exp("18446744073709551617")),
		malformed("no iat", claims(`"iat":1799999900,`, "")),
		malformed("nbf is zero", claims(`"exp"`, `"nbf":0,"exp"`)),
		malformed("nbf is null", claims(`"exp"`, `"nbf":null,"exp"`)),
		malformed("no jti", claims(`"jti":"0aZ9bY8cX7dW6eV5",`, "")),
		malformed("jti is too short", claims("0aZ9bY8cX7dW6eV5", "0aZ9bY8cX7dW6eV")),
		malformed("jti is a number", claims(`"0aZ9bY8cX7dW6eV5"`, "1234567890123456")),
		malformed("no scope", claims(`"scope":"report:66",`, "")),
		malformed("scope is any", claims("report:66", "*")),
		malformed("scope is too long", claims("report:66", strings.Repeat("s", 129))),
		malformed("no mode", claims(`,"mode":"request"`, "")),
		malformed("mode is that of the host", claims(`"request"`, `"host"`)),
		malformed("a request token without sub", claims(`"sub":"ginger",`, "")),
		malformed("sub is too long", claims("ginger", strings.Repeat("g", 256))),
		malformed("a public token with sub", claims(`"request"`, `"none"`)),
		malformed("a visitor token with sub", claims(`"request"`, `"visitor"`)),
		malformed("stateless is false", claims(`"mode"`, `"stateless":false,"mode"`)),
		malformed("stateless is text", claims(`"mode"`, `"stateless":"true","mode"`)),
		malformed("a stateless session token", open(`"request"`, `"session"`)),
		malformed("a stateless visitor token", open(`"request"`, `"visitor"`, `"sub":"ginger",`, "")),
		malformed("data beside a record", claims(`"mode"`, `"data":{},"mode"`)),
		malformed("data is an array", data("[]")),
		malformed("data is text", data(`"{}"`)),
		malformed("data is null", data("null")),
		malformed("data is over 1024 bytes", data(`{"d":"`+strings.Repeat("d", 1017)+`"}`)),
		malformed("data beyond ASCII", data(`{"d":"é"}`)),
		malformed("data with a name twice", data(`{"a":{"b":1,"b":2}}`)),
	}
}
