package oidc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/oidc"
)

// TestConfigNamesEveryFault, and takes no issuer that could be somebody else.
func TestConfigNamesEveryFault(t *testing.T) {
	for _, row := range []struct {
		name string
		cfg  oidc.Config
		want string // "": none
	}{
		{"all that is needed", oidc.Config{Issuer: issuer, Audience: audience}, ""},
		{"a port and a slash", oidc.Config{Issuer: "https://login.example.com:8443/", Audience: audience}, ""},
		{"no issuer", oidc.Config{Audience: audience}, "the issuer"},
		{"no audience", oidc.Config{Issuer: issuer}, "the audience"},
		{"a long audience", oidc.Config{Issuer: issuer, Audience: strings.Repeat("a", 256)}, "the audience"},
		{"a long issuer", oidc.Config{Issuer: "https://" + strings.Repeat("a", 250), Audience: audience}, "at most 255"},
		{"plain http", oidc.Config{Issuer: "http://login.example.com", Audience: audience, InsecureLoopbackHTTP: true}, "https"},
		{"plain http on this machine", oidc.Config{Issuer: "http://localhost:8081", Audience: audience}, "https"},
		{"the same where it is wanted", oidc.Config{Issuer: "http://localhost:8081", Audience: audience, InsecureLoopbackHTTP: true}, ""},
		{"the same by number", oidc.Config{Issuer: "http://[::1]:8081", Audience: audience, InsecureLoopbackHTTP: true}, ""},
		{"a name that only looks so", oidc.Config{Issuer: "http://localhost.example.com", Audience: audience, InsecureLoopbackHTTP: true}, "https"},
		{"no host", oidc.Config{Issuer: "https:///pool", Audience: audience}, "a URL such as"},
		{"no scheme", oidc.Config{Issuer: "login.example.com", Audience: audience}, "a URL such as"},
		{"a password", oidc.Config{Issuer: "https://user:secret@login.example.com", Audience: audience}, "no user"},
		{"a fragment", oidc.Config{Issuer: issuer + "#x", Audience: audience}, "fragment"},
		{"an empty fragment", oidc.Config{Issuer: issuer + "#", Audience: audience}, "fragment"},
		{"a query", oidc.Config{Issuer: issuer + "?x=y", Audience: audience}, "query"},
		{"an empty query", oidc.Config{Issuer: issuer + "?", Audience: audience}, "query"},
		{"a refresh of four seconds", oidc.Config{Issuer: issuer, Audience: audience, RefreshSeconds: 4}, "RefreshSeconds"},
		{"a refresh of a day", oidc.Config{Issuer: issuer, Audience: audience, RefreshSeconds: 86400}, "RefreshSeconds"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := oidc.New(row.cfg, nil, time.Now)
			if (err != nil) != (row.want != "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("%v quotes a password", err)
			}
		})
	}
	err := oidc.Config{RefreshSeconds: 1}.Validate()
	for _, part := range []string{"the issuer", "the audience", "RefreshSeconds"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
}
