package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// options are the flags.
type options struct {
	addr, data, table, publicURL string
	cookieName, cookieDomain     string
	movedIn                      []string
	movedInSaid                  string // as the flag has it
	upstream, dynamodb           *url.URL
	retention, first             time.Duration
	rules                        *rule.Declaration // of -rules; nil: the samples
	rulesBody                    []byte
	json, anywhere               bool
	brand                        page.Brand
	brandSaid                    page.BrandConfig // as the flags have it
	binaries, template           string           // folders of bootstraps, or "": in this process
	host                         oidc.Config      // of your own users; zero: there are none
}

// parse reads the flags; help goes to out. A fault is one sentence.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("local", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.addr, "addr", "localhost:8080", "`host:port` to listen on; port 0 takes a free one")
	fs.StringVar(&o.data, "data", ".gatepass", "`folder` for the table, the key that seals the signing keys and the one that names people in the table (digest.key): they belong together")
	fs.DurationVar(&o.retention, "retention", 30*time.Second, "how long a record stays after its pass has ended")
	fs.DurationVar(&o.first, "first", time.Minute, "lifetime of the first sample pass, whose removal is told")
	fs.StringVar(&o.publicURL, "public-url", "", "base `URL` of links, where it is not this address")
	fs.StringVar(&o.cookieName, "cookie-name", config.CookieName, "`name` in the names of all cookies")
	fs.StringVar(&o.cookieDomain, "cookie-domain", "", "`domain` whose hosts all get the sessions' cookies; of -public-url's host or above it")
	fs.StringVar(&o.table, "table", "gatepass", "`name` of the table of -dynamodb, created if it is not there")
	fs.BoolVar(&o.json, "json", false, "log the functions' JSON lines as they are")
	fs.BoolVar(&o.anywhere, "invoke-from-anywhere", false, "let other machines call the functions past the authorizer, unsigned: inside a container's own network only")
	fs.StringVar(&o.movedInSaid, "moved-in", "", "query `names`, such as rt,vuid,sesame, whose values may be credentials of another system that moved in")
	upstream := fs.String("upstream", "", "`URL` of your own app, to stand behind the authorizer; gets Gatepass-* headers")
	dynamodb := fs.String("dynamodb", "", "`URL` of a DynamoDB endpoint, such as DynamoDB Local, in place of the file")
	rules := fs.String("rules", "", "`file` with the rules of your own routes, in place of the samples")
	fs.StringVar(&o.binaries, "binaries", "", "`folder` of make build ARCH=…, for this machine's processor: each function runs as its binary, on -dynamodb; two with a comma between take turns")
	fs.StringVar(&o.template, "template", "template.yaml", "`file` that says what environment each of -binaries has")
	brand := &o.brandSaid
	fs.StringVar(&brand.Name, "brand-name", "", "`name` on every page")
	fs.StringVar(&brand.Logo, "brand-logo", "", "https `URL` of a logo beside it")
	fs.StringVar(&brand.Colour, "brand-colour", "", "`#rrggbb` of the button")
	fs.StringVar(&brand.Links, "brand-links", "", "at most two `links` below every page, such as 'Privacy https://example.com/privacy'")
	fs.StringVar(&o.host.Issuer, "host-issuer", "", "`URL` of the OpenID provider of your own users, whom rules that accept host let in; http on this machine alone")
	fs.StringVar(&o.host.Audience, "host-audience", "", "`audience` of their tokens")
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(out, "All of Gatepass in one process: go run ./functions/local [flags]")
		fs.SetOutput(out)
		fs.PrintDefaults()
		return nil, err
	}
	if err == nil && fs.NArg() > 0 {
		err = fmt.Errorf("%q is no flag", fs.Arg(0))
	}
	if err != nil {
		return nil, fmt.Errorf("%w; -help lists the flags", err)
	}
	if o.upstream, err = endpoint("upstream", *upstream); err != nil {
		return nil, err
	}
	if o.dynamodb, err = endpoint("dynamodb", *dynamodb); err != nil {
		return nil, err
	}
	if o.brand, err = page.NewBrand(*brand); err != nil {
		return nil, fmt.Errorf("-brand-*: %w", err)
	}
	if o.movedIn, err = config.NewMovedIn(o.movedInSaid); err != nil {
		return nil, fmt.Errorf("-moved-in: %w", err)
	}
	return o, errors.Join(o.check(), o.readRules(*rules), o.checkHost())
}

func (o *options) check() error {
	for name, d := range map[string]time.Duration{"retention": o.retention, "first": o.first} {
		if d < time.Second || d > 24*time.Hour || d%time.Second != 0 {
			return fmt.Errorf("-%s is %v; it must be whole seconds, from 1s to 24h", name, d)
		}
	}
	if o.binaries != "" && o.dynamodb == nil {
		return errors.New("-binaries needs -dynamodb: the table in the data folder admits one process")
	}
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		return fmt.Errorf("-addr is %q; it must be a host and a port, such as localhost:8080", o.addr)
	}
	return nil
}

func (o *options) checkHost() error {
	if o.host == (oidc.Config{}) {
		return nil
	}
	o.host.InsecureLoopbackHTTP = true
	if (o.host.Issuer == "") != (o.host.Audience == "") {
		return errors.New("-host-issuer and -host-audience go together: set both, or neither")
	}
	if err := o.host.Validate(); err != nil {
		return fmt.Errorf("-host-*: %w", err)
	}
	return nil
}

// endpoint reads a URL; an empty one is nil.
func endpoint(name, raw string) (*url.URL, error) {
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("-%s is %q; it must be a URL such as http://localhost:3000", name, raw)
	}
	return u, nil
}

func (o *options) readRules(file string) error {
	if file == "" {
		return nil
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("-rules: %w", err)
	}
	d, err := rule.Parse(body)
	if err != nil {
		return fmt.Errorf("-rules %s: %w", file, err)
	}
	for name, f := range d.Forms {
		if taken := pass.QueryOf(f.Target, slices.Concat(queryNames(), o.movedIn)...); taken != "" {
			return fmt.Errorf("-rules %s: forms.%s.target has %q in its query, where the credential goes; take it out", file, name, taken)
		}
	}
	o.rules, o.rulesBody = &d, body
	return nil
}

// here returns where programs on this machine reach addr.
func (o *options) here(addr net.Addr) string {
	host, _, _ := net.SplitHostPort(o.addr)
	_, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// baseOf returns the base of links.
func (o *options) baseOf(addr net.Addr) string {
	if o.publicURL != "" {
		return strings.TrimRight(o.publicURL, "/")
	}
	return o.here(addr)
}
