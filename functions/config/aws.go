package config

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// AWS returns where AWS is and who asks, from the variables that Lambda sets. It
// is for another service than DynamoDB, by the name that it has in a variable such
// as AWS_ENDPOINT_URL_KMS: that is its endpoint, usually not set. No service is
// sent to another one's, nor all of them to one: what issue has KMS seal is a
// private key.
func (r *Reader) AWS(service string) dynamostore.Config {
	c := r.dynamo()
	c.Endpoint = r.Text("AWS_ENDPOINT_URL_"+service, "")
	return c
}

func (r *Reader) dynamo() dynamostore.Config {
	return dynamostore.FromEnv(func(name string) string { return r.Text(name, "") })
}

// Store returns the store in TABLE.
func (r *Reader) Store() *dynamostore.Store {
	table := r.Required("TABLE")
	client, err := dynamostore.NewClient(r.dynamo())
	if err != nil {
		r.faults = append(r.faults, err)
		return nil
	}
	return dynamostore.New(client, table)
}

// Keys returns how often the ring is read, from REFRESH_SECONDS.
func (r *Reader) Keys() keys.Config {
	return keys.Config{RefreshSeconds: r.Seconds("REFRESH_SECONDS", 60, 5, 3600)}
}

// Signing returns how signing keys are made, from ROTATE_AFTER beside what Keys
// reads. The longest token that they sign lives for longest, in seconds.
func (r *Reader) Signing(longest int64) keys.Config {
	c := r.Keys()
	c.RotateAfter = r.Seconds("ROTATE_AFTER", keys.DefaultRotateAfter, 2*c.RefreshSeconds, 10*365*24*3600)
	c.MaxLifetime = longest
	return c
}

// Issue returns what is issued by default and at most.
func (r *Reader) Issue() issue.Config {
	s := r.settings()
	longest, login := s.MaxLifetime, s.MaxLoginLinkExpiry
	const day = 24 * 3600
	c := issue.Config{
		Settings: s,
		Issuer:   r.Required("ISSUER"),
		Audience: r.Required("AUDIENCE"),

		DefaultUses:                    int(r.Count("DEFAULT_USES", 10, 1, pass.MaxUses)),
		DefaultExpiresIn:               min(r.Seconds("DEFAULT_EXPIRY", 7*day, 1, pass.MaxLifetime), longest),
		DefaultSessionUses:             int(r.Count("SESSION_USES", 1, 1, pass.MaxUses)),
		DefaultSessionLinkExpiresIn:    min(r.Seconds("SESSION_LINK_EXPIRY", 600, 1, 600), login),
		DefaultSessionExpiresIn:        min(r.Seconds("SESSION_EXPIRY", 14*day, 1, pass.MaxLifetime), longest),
		DefaultVisitorUses:             int(r.Count("VISITOR_USES", 0, 0, pass.MaxUses)),
		DefaultVisitorExpiresIn:        min(r.Seconds("VISITOR_EXPIRY", day, 1, pass.MaxLifetime), longest),
		DefaultVisitorSessionExpiresIn: min(r.Seconds("VISITOR_SESSION_EXPIRY", 0, 0, pass.MaxLifetime), longest),
	}
	if err := c.Validate(); err != nil && r.Err() == nil {
		r.faults = append(r.faults, err)
	}
	return c
}

// settings returns what a pass may be, for who issues and who changes.
func (r *Reader) settings() terms.Settings {
	longest := r.Seconds("MAX_LIFETIME", pass.MaxLifetime, 1, pass.MaxLifetime)
	names := r.List("QUERY_NAMES", "token,vuid")
	return terms.Settings{
		PublicURL:          r.Required("PUBLIC_URL"),
		QueryName:          names[0],
		QueryNames:         names,
		MovedIn:            r.MovedIn(),
		AllowSessionTokens: r.Bool("ALLOW_SESSION_TOKENS", false),
		MaxLoginLinkExpiry: min(r.Seconds("MAX_LOGIN_LINK_EXPIRY", 600, 1, 600), longest),
		MaxLifetime:        longest,
		Retention:          r.RetentionSeconds(),
	}
}

// Manage returns the bounds of changes, which are those of what is issued, and the
// stack whose log groups hold refusals.
func (r *Reader) Manage() manage.Config {
	c := manage.Config{Settings: r.settings(), Stack: r.Text("STACK", "gatepass")}
	if err := c.Validate(); err != nil && r.Err() == nil {
		r.faults = append(r.faults, err)
	}
	return c
}

// Gate returns the configuration that the authorizer and the link page share:
// QUERY_NAMES, MOVED_IN, the origin of PUBLIC_URL and the names of the cookies.
func (r *Reader) Gate(c Cookies) gate.Config {
	public := r.Required("PUBLIC_URL")
	origin := Origin(public)
	if public != "" && origin == "" {
		r.fault("PUBLIC_URL", fmt.Sprintf("is %q; it must be a URL such as https://api.example.com", public))
	}
	return gate.Config{QueryNames: r.List("QUERY_NAMES", "token,vuid"), MovedIn: r.MovedIn(), UserCookie: c.User, VisitorCookie: c.Visitor, CookieDomain: c.Domain, Origins: []string{origin}}
}

// AWSCode names what AWS answered, for an error text: the code alone, since
// messages quote what was sent.
func AWSCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return "no answer"
}

// Retention is the default of RETENTION, in seconds: 30 days.
const Retention = 30 * 24 * 3600

// RetentionSeconds returns RETENTION.
func (r *Reader) RetentionSeconds() int64 {
	return r.Seconds("RETENTION", Retention, 1, pass.MaxLifetime)
}
