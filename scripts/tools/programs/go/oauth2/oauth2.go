// Package oauth2 stands for golang.org/x/oauth2, of which the generated client names two types and calls one method.
package oauth2

import "net/http"

// Token is an access token.
type Token struct{ AccessToken string }

// SetAuthHeader sends the token with a request.
func (t *Token) SetAuthHeader(r *http.Request) { r.Header.Set("Authorization", "Bearer "+t.AccessToken) }

// TokenSource gives a token.
type TokenSource interface{ Token() (*Token, error) }
