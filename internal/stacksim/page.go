package stacksim

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// page cuts items by limit and marker; most bounds the limit. full tells that the page is as long as it may be.
func page[T any](items []T, id func(T) string, q url.Values, most int) (cut []T, full bool, err error) {
	if m := q.Get("marker"); m != "" {
		i := slices.IndexFunc(items, func(it T) bool { return id(it) == m })
		if i < 0 {
			return nil, false, bad("marker [%s] not found", m)
		}
		items = items[i+1:]
	}
	limit := most
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return nil, false, bad("Invalid input for field/attribute limit. Value: %s. '%s' does not match '^[0-9]*$'", s, s)
		}
		limit = min(or(n, most), most)
	}
	cut = items[:min(limit, len(items))]
	return cut, limit > 0 && len(cut) == limit, nil
}

// next is the link to the page after marker.
func (c *Cloud) next(q *request, marker string) list {
	v := q.URL.Query()
	v.Set("marker", marker)
	return list{obj{"rel": "next", "href": c.base + q.URL.Path + "?" + v.Encode()}}
}

// notFilters are parameters that shape an answer but do not select.
const notFilters = "limit marker sort_key sort_dir page_reverse fields sort offset all_tenants is_public"

// selects tells whether o has, for each filter in q, one of the values asked for.
func selects(o obj, q url.Values) bool {
	for key, want := range q {
		if slices.Contains(strings.Fields(notFilters), key) {
			continue
		}
		has := fmt.Sprint(o[key])
		if !slices.ContainsFunc(want, func(w string) bool { return strings.EqualFold(w, has) }) {
			return false
		}
	}
	return true
}

// tagged applies the four tag filters of Nova.
func tagged(tags []string, q url.Values) bool {
	has := func(t string) bool { return slices.Contains(tags, t) }
	all := func(key string) bool {
		return !slices.ContainsFunc(split(q, key), func(t string) bool { return !has(t) })
	}
	some := func(key string) bool { return slices.ContainsFunc(split(q, key), has) }
	return all("tags") && (q.Get("tags-any") == "" || some("tags-any")) &&
		(q.Get("not-tags") == "" || !all("not-tags")) && !some("not-tags-any")
}

func split(q url.Values, key string) []string {
	if q.Get(key) == "" {
		return nil
	}
	return strings.Split(q.Get(key), ",")
}
