package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gatepass/gatepass/pkg/token"
)

// What is pasted may be a whole mail with its pictures. What is sent of it is less
// than manage looks for a pass in, which is 16,384 bytes, and written as JSON no
// more than half of what it reads, so that the other fields have room.
const (
	maxPasted  = 1 << 20
	maxSent    = 12 << 10
	maxWritten = 16 << 10
)

// pasted returns the argument, or what comes on standard input in place of "-":
// then no shell keeps it in its history.
func pasted(stdin io.Reader, args []string) (string, error) {
	arg := strings.Join(args, "")
	if arg == "-" {
		b, err := io.ReadAll(io.LimitReader(stdin, maxPasted+1))
		if err != nil {
			return "", err
		}
		arg = string(b)
	}
	if len(arg) > maxPasted {
		return "", misuse(fmt.Sprintf("more than %d bytes were pasted: give the part with the link", maxPasted))
	}
	return relevant(plain(arg)), nil
}

// The forms of quoted-printable that cut a link: a line that goes on, and =3D for =.
var softBreak, unescaped = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`=\r?\n`) }),
	sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`=(?:[^0-9A-F]|.[^0-9A-F]|.?$)`) })

// plain undoes quoted-printable, as the source of a mail has it. A text is taken
// for that if a line of it goes on, or no = stands for itself: else =3D may be how
// a credential that moved in begins.
func plain(text string) string {
	if !softBreak().MatchString(text) && unescaped().MatchString(text) {
		return text
	}
	return strings.ReplaceAll(softBreak().ReplaceAllString(text, ""), "=3D", "=")
}

// likely is what a pass may be found by, the surest first: a whole token; what is
// left of one; what may have moved in, behind /p/, under some name in a query, or as
// a UUID in a path. Which names do the function knows.
var likely = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`gp_[0-9A-Za-z]{44}|eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]*)?`),
		regexp.MustCompile(`gp_[0-9A-Za-z]{16,43}`),
		regexp.MustCompile(`(?:/p/|%2Fp%2F|(?:[?&]|%3F|%26)[0-9A-Za-z_.-]{1,64}(?:=|%3D))[0-9A-Za-z_.:%-]{22,}` +
			`|(?:/|%2F)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:/|%2F|[?#])?`),
	}
})

// relevant returns of a text that is too long what a pass may be found by. Less sure
// things are left out beside surer ones: in so much text a picture may look like
// them.
func relevant(text string) string {
	if fits(text) {
		return text
	}
	for i, look := range likely() {
		var sent []string
		for _, hit := range look.FindAllString(text, -1) {
			if i == 0 && !whole(hit) || slices.Contains(sent, hit) {
				continue
			}
			if more := append(sent, hit); fits(strings.Join(more, "\n")) {
				sent = more
			}
		}
		if len(sent) > 0 {
			return strings.Join(sent, "\n")
		}
	}
	return strings.ToValidUTF8(text[:1024], "") // in which manage finds nothing either, and says so
}

// whole reports whether s is a token of ours, which manage reads by itself.
func whole(s string) bool {
	_, ok := token.ParseShort(s)
	return ok || token.KindOf(s) == token.JWTKind
}

// fits reports whether a text can be sent.
func fits(text string) bool {
	b, err := json.Marshal(text)
	return err == nil && len(text) <= maxSent && len(b) <= maxWritten
}
