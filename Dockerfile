# Node 22: a maintained release (20 no longer is), and what two of the dependencies ask for. The tests pass on 20 as well.
FROM node:22-slim AS tools
# For machines for which better-sqlite3 has no ready binary, and so is compiled.
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /galley
COPY package.json package-lock.json ./

FROM tools AS modules
RUN npm ci --omit=dev

FROM tools AS build
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=file:/data/galley.db
WORKDIR /galley
COPY package.json ./
COPY migrations/sqlite ./migrations/sqlite
COPY migrations/postgres ./migrations/postgres
COPY examples/demo ./examples/demo
COPY --from=modules /galley/node_modules ./node_modules
COPY --from=build /galley/dist ./dist
# With a server the first admin key is written to data/ where Galley runs: that is the volume too.
RUN install -d -o node -g node /data && ln -s /data data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No shell in between: the process is number 1 and gets the signals itself.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
