package stacksim

import (
	"slices"
	"time"
)

// auth is what a client says to log in: who it is and for which project.
type auth struct {
	Identity struct {
		Methods  []string
		Password *struct{ User user }
		Token    *struct{ ID string }
		App      *struct {
			ID, Name, Secret string
			User             *user
		} `json:"application_credential"`
	}
	Scope *struct {
		Project *named
		Domain  *named
		System  *struct{ All bool }
	}
}

type named struct {
	ID, Name string
	Domain   *named
}

type user struct {
	ID, Name, Password string
	Domain             *named
}

// login returns the method that proved who the client is.
func (c *Cloud) login(a auth) (method string, err error) {
	proofs := map[string]func() bool{
		"password":               func() bool { return a.Identity.Password != nil && a.Identity.Password.User.proves() },
		"token":                  func() bool { return a.Identity.Token != nil && c.alive(a.Identity.Token.ID) },
		"application_credential": a.appProves,
	}
	for _, m := range a.Identity.Methods {
		if proof := proofs[m]; proof == nil || !proof() {
			return "", unauthorized()
		}
		method = m
	}
	if method == "" {
		return "", unauthorized()
	}
	return method, nil
}

func (c *Cloud) alive(id string) bool {
	t, known := c.tokens[id]
	return known && time.Now().Before(t.expires)
}

func (u user) proves() bool { return u.known() && u.Password == userPass }

func (u user) known() bool { return u.ID == userID || u.Name == userName && u.Domain.isDefault() }

func (n *named) isDefault() bool { return n != nil && (n.ID == "default" || n.Name == "Default") }

func (a auth) appProves() bool {
	app := a.Identity.App
	if app == nil || app.Secret != appSecret {
		return false
	}
	return app.ID == appID || app.Name == appName && app.User != nil && app.User.known()
}

// scoped tells whether the token is for the project; an application credential brings its own.
func (a auth) scoped() bool {
	return a.Scope != nil && a.Scope.Project != nil || slices.Contains(a.Identity.Methods, "application_credential")
}

func (a auth) scopeKnown() bool {
	if a.Scope == nil || a.Scope.Project == nil {
		return a.Scope == nil
	}
	p := a.Scope.Project
	return p.ID == projectID || p.Name == project && p.Domain.isDefault()
}
