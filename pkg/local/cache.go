package local

import (
	"strings"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// cache keeps the answers of authorizers that cache. It is here so that a
// template which lets them shows what comes of it. It is safe for concurrent use.
type cache struct {
	mu   sync.Mutex
	kept map[string]keptRuling
}

type keptRuling struct {
	*ruling
	until time.Time
}

// maxKept bounds the cache; a full one forgets everything.
const maxKept = 10_000

func (c *cache) get(key string, now time.Time) (*ruling, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.ruling, ok && key != "" && now.Before(k.until)
}

func (c *cache) put(key string, r *ruling, until time.Time) {
	if key == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxKept {
		c.kept = map[string]keptRuling{}
	}
	c.kept[key] = keptRuling{r, until}
}

// httpTTL is what older pages of AWS say of an HTTP API's authorizer without TTL.
const httpTTL = 300 * time.Second

// ttl returns how long an authorizer's answers are kept.
func (e *exchange) ttl(a *template.Authorizer) time.Duration {
	switch {
	case !e.f.on(ruleCache) || len(a.IdentitySources) == 0 || e.g.api.Kind == template.WebSocket:
		return 0
	case e.g.api.Kind == template.HTTP && !a.TTLSaid && e.f.on(ruleCacheDefault):
		return httpTTL
	}
	return time.Duration(a.TTL) * time.Second
}

// cacheKey returns what requests must have in common to share an answer; "" where
// none is kept.
func (e *exchange) cacheKey(a *template.Authorizer, sources []string) string {
	if e.ttl(a) == 0 {
		return ""
	}
	if !e.f.on(ruleCacheKey) {
		sources = sources[:1]
	}
	return e.g.api.Stage + "\x00" + a.Source + "\x00" + strings.Join(sources, "\x00")
}
