package record

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The attributes by which items are listed: of each index the one that its
// partitions are named by, and the one that sorts all of them. An index is named
// after its first attribute. An item that lacks it is not in the index.
const (
	ByTime   = "by_time"
	ByScope  = "by_scope"
	ByHolder = "by_holder"
	ByIssuer = "by_issuer"
	ListedAt = "listed_at"
)

// Indexes returns the attributes that name partitions, one for each index.
func Indexes() []string { return []string{ByTime, ByScope, ByHolder, ByIssuer} }

// Shards is in how many partitions an index lies that many passes are issued
// into at once: all of them, those of one scope, or of one issuer. DynamoDB takes a thousand
// writes a second in one, and an index that is throttled throttles the table
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html).
// Another number would not find what lies there already.
const Shards = 8

// shard returns the part of an index that a pass lies in. Ids are random, and so
// are their first letters.
func shard(id string) int {
	if id == "" {
		return 0
	}
	return int(id[0]) % Shards
}

// Partitions returns the attribute and the partitions of a listing: what is
// listed is what lies in one of them.
func Partitions(l pass.Listing) (index string, partitions []string) {
	switch l.Index {
	case pass.ByScope:
		return ByScope, sharded(scopePartition, l.Value)
	case pass.ByHolder:
		return ByHolder, []string{holderPartition(l.Value)}
	case pass.ByForm:
		return ByHolder, []string{formPartition(l.Value)}
	case pass.ByIssuer:
		return ByIssuer, sharded(issuerPartition, l.Value)
	}
	return ByTime, sharded(timePartition, "")
}

func sharded(partition func(shard int, value string) string, value string) (out []string) {
	for n := range Shards {
		out = append(out, partition(n, value))
	}
	return out
}

func timePartition(shard int, _ string) string        { return fmt.Sprintf("T#%d", shard) }
func scopePartition(shard int, scope string) string   { return fmt.Sprintf("S#%d#%s", shard, scope) }
func issuerPartition(shard int, digest string) string { return fmt.Sprintf("B#%d#%s", shard, digest) }
func holderPartition(digest string) string            { return "H#" + digest }
func formPartition(digest string) string              { return "F#" + digest }

// ListedSK returns the sort key of a place. Without an id it is before all that
// were issued in that second.
func ListedSK(p pass.Place) string { return fmt.Sprintf("%011d#%s", p.IssuedAt, p.ID) }

// ToPlace reads a place out of an item of an index.
func ToPlace(it Item) (pass.Place, error) {
	listed, _ := it[ListedAt].(string)
	at, id, ok := strings.Cut(listed, "#")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || id == "" {
		return pass.Place{}, fmt.Errorf("record: attribute %q is no place", ListedAt)
	}
	return pass.Place{IssuedAt: pass.NumericDate(n), ID: id}, nil
}
