package apigw_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/gatepass/gatepass/pkg/apigw"
)

// repeated is a REST event whose two headers each came twice: the single-value
// map has the last of each alone.
const repeated = `{"type":"REQUEST","methodArn":"arn:aws:execute-api:eu-central-1:1:api/prod/GET/x","requestContext":{"httpMethod":"GET","resourcePath":"/x"},` +
	`"headers":{"Authorization":"Bearer b","Sec-Fetch-Site":"cross-site"},` +
	`"multiValueHeaders":{"Authorization":["Bearer a","Bearer b"],"Sec-Fetch-Site":["same-origin","cross-site"]}}`

func TestEveryRepeatedCredentialIsSeen(t *testing.T) {
	e, err := apigw.Decode([]byte(repeated))
	if err != nil || !slices.Equal(e.Request.Authorization, []string{"Bearer a", "Bearer b"}) {
		t.Errorf("%+v, %v, want both", e, err)
	}
}

func TestAHeaderThatIsRepeatedIsBelievedByNobody(t *testing.T) {
	e, err := apigw.Decode([]byte(repeated))
	if err != nil {
		t.Fatal(err)
	}
	if site := e.Request.FetchSite; site == "same-origin" || site == "cross-site" || site == "" {
		t.Errorf("Sec-Fetch-Site is %q, want what is no value at all", site)
	}
}

func TestTextInAHeaderCanBeUndoneAndIsNeverADash(t *testing.T) {
	for _, s := range []string{"ginger", "-", "--", "100%", "%2D", "a%20b", "Jürgen 🎩", "a\r\nb"} {
		got := apigw.Header(s)
		if back, err := url.PathUnescape(got); err != nil || back != s || got == "-" {
			t.Errorf("%q is written %q and read %q, %v", s, got, back, err)
		}
	}
}
