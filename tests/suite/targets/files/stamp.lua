function envoy_on_response(handle)
  handle:headers():replace("x-stamp", "1")
end
