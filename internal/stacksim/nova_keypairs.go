package stacksim

import (
	"net/http"
	"slices"

	"golang.org/x/crypto/ssh"
)

func (c *Cloud) keypairRoutes() []route {
	return []route{
		{op: "keypairs.list", pattern: "GET /v2.1/os-keypairs", query: "limit marker", handle: c.keypairsList},
		{op: "keypairs.get", pattern: "GET /v2.1/os-keypairs/{id}", handle: c.keypairsGet},
		{op: "keypairs.create", pattern: "POST /v2.1/os-keypairs", handle: c.keypairsCreate},
		{op: "keypairs.delete", pattern: "DELETE /v2.1/os-keypairs/{id}", handle: c.keypairsDelete},
	}
}

func (c *Cloud) keypair(name string) *KeyPair {
	return find(c.keys, func(k *KeyPair) bool { return k.Name == name })
}

func (k *KeyPair) view() obj {
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey))
	if err != nil {
		panic(err) // parsed when it came
	}
	return obj{
		"name": k.Name, "public_key": k.PublicKey, "fingerprint": ssh.FingerprintLegacyMD5(public), "type": "ssh", "user_id": userID,
	}
}

func (c *Cloud) keypairsList(q *request) (reply, error) {
	cut, full, err := page(c.keys, func(k *KeyPair) string { return k.Name }, q.URL.Query(), 1000)
	if err != nil {
		return reply{}, err
	}
	body := obj{"keypairs": each(cut, func(k *KeyPair) obj { return obj{"keypair": k.view()} })}
	if full {
		body["keypairs_links"] = c.next(q, cut[len(cut)-1].Name)
	}
	return ok(body)
}

func (c *Cloud) keypairsGet(q *request) (reply, error) {
	k := c.keypair(q.PathValue("id"))
	if k == nil {
		return reply{}, notFound("", "Keypair %s not found for user %s", q.PathValue("id"), userID)
	}
	return ok(obj{"keypair": k.view()})
}

func (c *Cloud) keypairsCreate(q *request) (reply, error) {
	var in struct {
		Keypair struct {
			Name   string
			Public string `json:"public_key"`
			Type   string
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(in.Keypair.Public)); err != nil {
		return reply{}, bad("Keypair data is invalid: failed to generate fingerprint")
	}
	if c.keypair(in.Keypair.Name) != nil {
		return reply{}, conflict("", "Key pair '%s' already exists.", in.Keypair.Name)
	}
	k := newKeyPair(in.Keypair.Name, in.Keypair.Public)
	c.keys = append(c.keys, k)
	if q.micro < 2 {
		return ok(obj{"keypair": k.view()})
	}
	return created(obj{"keypair": k.view()})
}

func (c *Cloud) keypairsDelete(q *request) (reply, error) {
	k := c.keypair(q.PathValue("id"))
	if k == nil {
		return reply{}, notFound("", "Keypair %s not found for user %s", q.PathValue("id"), userID)
	}
	c.keys = slices.DeleteFunc(c.keys, func(o *KeyPair) bool { return o == k })
	if q.micro < 2 {
		return accepted(nil)
	}
	return reply{status: http.StatusNoContent}, nil
}
