#!/usr/bin/env bash
# Glossi's "Complete Workflow": the requests of that page, in its order. Where the page shows a request without a curl
# line, the line here is made of the method, the headers and the body that it shows.
#
# What the page leaves to its reader comes from the environment:
#   API         the base URL, in place of https://api.glossi.app/api/v1
#   API_KEY     glsi_...
#   MODEL       path of a GLB
#   OTHERS      ids of two more models that are READY, with a space between
#   TEMPLATE    the template's id
#   FAILED_JOB  id of a render job that has FAILED
#   WEBHOOK     URL that is told of events
#   POLL        seconds between two looks
# Every answer is kept in a file of the working directory that is named after its step.
set -euo pipefail

# --- Upload a 3D model
curl -sS -X POST "$API/models" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "models": [
      {
        "name": "My Product",
        "fileName": "product.glb",
        "fileType": "glb"
      }
    ]
  }' >model.json
MODEL_ID=$(jq -r '.models[0].modelId' model.json)
UPLOAD_URL=$(jq -r '.models[0].uploadUrl' model.json)

curl -sS -X PUT "$UPLOAD_URL" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$MODEL" -o upload.body -w '%{http_code}' >upload.status

curl -sS -X POST "$API/models/$MODEL_ID/confirm" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"fileType": "glb"}' >confirmed.json

# --- Wait for model processing
curl -sS -X POST "$API/models/status" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"modelIds": ["'"$MODEL_ID"'"]}' >status.json

while true; do
  RESPONSE=$(curl -s -X POST "$API/models/status" \
    -H "X-API-Key: $API_KEY" \
    -H "Content-Type: application/json" \
    -d '{"modelIds": ["'"$MODEL_ID"'"]}')

  ALL_READY=$(echo $RESPONSE | jq -r '.allReady')

  if [ "$ALL_READY" = "true" ]; then
    echo "Model ready! Proceeding to create project..."
    break
  fi

  echo "Model still processing..."
  sleep "$POLL"
done
echo "$RESPONSE" >ready.json

# --- Find a template
curl -sS "$API/templates" \
  -H "X-API-Key: $API_KEY" >templates.json

curl -sS "$API/templates?internal=false" \
  -H "X-API-Key: $API_KEY" >public-templates.json

curl -sS "$API/templates?public=false" \
  -H "X-API-Key: $API_KEY" >own-templates.json

# --- Create a project
curl -sS -X POST "$API/projects" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Product Photoshoot",
    "modelIds": ["'"$MODEL_ID"'"],
    "templateId": "'"$TEMPLATE"'"
  }' >project.json
PROJECT_ID=$(jq -r '.projects[0].projectId' project.json)

read -r SECOND THIRD <<<"$OTHERS"
curl -sS -X POST "$API/projects" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "modelIds": ["'"$MODEL_ID"'", "'"$SECOND"'", "'"$THIRD"'"],
    "templateId": "'"$TEMPLATE"'",
    "createPerModel": true
  }' >projects.json

# --- Start a render
curl -sS -X POST "$API/renders" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "projectIds": ["'"$PROJECT_ID"'"],
    "settings": {
      "renderBookmarks": true,
      "renderShots": true,
      "renderVariants": true,
      "imageQuality": 1,
      "videoQuality": 1
    }
  }' >render.json
JOB_ID=$(jq -r '.jobs[0].jobId' render.json)

curl -sS -X POST "$API/renders" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "projectIds": '"$(jq -c '[.projects[].projectId]' projects.json)"',
    "settings": {
      "renderBookmarks": true,
      "imageQuality": 1
    }
  }' >renders.json

curl -sS -X POST "$API/renders" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "projectIds": ["'"$PROJECT_ID"'"],
    "settings": {
      "renderBookmarks": true,
      "renderShots": false,
      "imageQuality": 2
    }
  }' >images-4k.json

# --- Check the render's status
curl -sS "$API/renders/$JOB_ID" \
  -H "X-API-Key: $API_KEY" >rendering.json

# --- Retry a failed render
curl -sS -X POST "$API/renders/$FAILED_JOB/retry" \
  -H "X-API-Key: $API_KEY" >retried.json

# --- Set up a webhook
curl -sS -X PUT "$API/webhooks" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "url": "'"$WEBHOOK"'",
    "events": [
      "model.processed",
      "model.failed",
      "project.created",
      "job.complete",
      "job.failed",
      "render.complete",
      "render.failed"
    ],
    "enabled": true
  }' >webhook.json

# --- The page's render status once more, until the job has ended
while true; do
  curl -sS "$API/renders/$JOB_ID" \
    -H "X-API-Key: $API_KEY" >rendered.json
  STATUS=$(jq -r '.status' rendered.json)
  if [ "$STATUS" = "COMPLETED" ] || [ "$STATUS" = "FAILED" ]; then
    break
  fi
  sleep "$POLL"
done
