package stacksim

import (
	"maps"
	"net/http"
	"slices"
)

// image has sizes in bytes (size), GiB (minDisk) and MiB (minRAM).
type image struct {
	id, name, status, visibility string
	size                         int64
	minDisk, minRAM              int
	properties                   map[string]string
}

func (c *Cloud) imageService() service {
	const filters = "id name status visibility os_hidden owner tag limit marker sort sort_key sort_dir os_distro os_version os_admin_user"
	return service{
		name: "image", prefix: "/image", fail: glanceFail, open: "image.versions",
		routes: []route{
			{op: "image.versions", pattern: "GET /{$}", handle: c.glanceVersions},
			{op: "images.list", pattern: "GET /v2/images", query: filters, handle: c.imagesList},
			{op: "images.get", pattern: "GET /v2/images/{id}", handle: c.imagesGet},
		},
	}
}

func (c *Cloud) glanceVersions(*request) (reply, error) {
	return reply{status: http.StatusMultipleChoices, body: obj{"versions": list{obj{
		"id": "v2.15", "status": "CURRENT", "links": list{obj{"rel": "self", "href": c.base + "/image/v2/"}},
	}}}}, nil
}

func (i *image) view() obj {
	v := obj{
		"id": i.id, "name": i.name, "status": i.status, "visibility": i.visibility, "size": i.size, "virtual_size": nil, "min_disk": i.minDisk,
		"min_ram": i.minRAM, "disk_format": "qcow2", "container_format": "bare", "owner": projectID, "protected": false, "os_hidden": false,
		"checksum": "d41d8cd98f00b204e9800998ecf8427e", "tags": list{}, "created_at": "2025-11-25T10:00:00Z", "updated_at": "2025-11-25T10:00:00Z",
		"file": "/v2/images/" + i.id + "/file", "self": "/v2/images/" + i.id, "schema": "/v2/schemas/image",
	}
	for key, value := range maps.All(i.properties) {
		v[key] = value
	}
	return v
}

// imagesList pages by 25 unless told otherwise, as Glance does.
func (c *Cloud) imagesList(q *request) (reply, error) {
	v := q.URL.Query()
	hits := slices.DeleteFunc(slices.Clone(c.images), func(i *image) bool { return !selects(i.view(), v) })
	if v.Get("limit") == "" {
		v.Set("limit", "25")
	}
	cut, full, err := page(hits, func(i *image) string { return i.id }, v, 1000)
	if err != nil {
		return reply{}, err
	}
	body := obj{"images": each(cut, (*image).view), "first": "/v2/images", "schema": "/v2/schemas/images"}
	if full {
		v.Set("marker", cut[len(cut)-1].id)
		body["next"] = "/v2/images?" + v.Encode()
	}
	return ok(body)
}

func (c *Cloud) imagesGet(q *request) (reply, error) {
	i := find(c.images, func(i *image) bool { return i.id == q.PathValue("id") })
	if i == nil {
		return reply{}, notFound("", "No image found with ID %s", q.PathValue("id"))
	}
	return ok(i.view())
}
