package handler

import "context"

// signOut ends the browser's sessions and answers with the link as it stands
// then. It is a wish posted to the link itself, not next of /session/end: that
// leads to no path with a credential in it, and a link's is one. Redeeming is
// another click.
func (v *visit) signOut(ctx context.Context, req *httpRequest) httpResponse {
	return v.end(ctx, req, func() httpResponse { return v.open(ctx, req) })
}
